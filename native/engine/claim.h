// Who takes part in a userfaultfd, told to every other uffdscope: where no handler is frozen, none
// would show, and two would answer each other's faults.
//
// A name in the abstract socket namespace (unix(7)): the kernel frees it with its last descriptor,
// however we end, and the target sees nothing of it. It is a courtesy among us, no lock: who takes
// the name on purpose keeps us from taking part, and can't make us answer.
#pragma once
#include <sys/types.h>

#include <cstdint>

#include "kernel/unique_fd.h"

namespace uffdscope {

class Claim {
 public:
  /// 0: it is ours, now or already. Else the process that has it, or -1 where that is not told.
  pid_t take(uint64_t ino);
  void drop() { socket_.reset(); }

 private:
  UniqueFd socket_;
};

}  // namespace uffdscope

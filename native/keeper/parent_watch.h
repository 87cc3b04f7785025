// Whether uffdscope, our parent, lives and runs.
#pragma once
#include <sys/types.h>

#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

class ParentWatch {
 public:
  ParentWatch() = default;
  /// ESRCH: `pid` is not (or no longer) our parent.
  static Result<ParentWatch> open(pid_t pid);
  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }  // readable once it is dead
  bool dead() const;
  /// Stopped by a signal or held by a tracer: it can't answer for itself.
  bool stopped() const;

 private:
  pid_t pid_ = -1;
  UniqueFd pidfd_, stat_;
};

}  // namespace uffdscope

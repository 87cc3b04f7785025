// A handler under full load never sleeps in its wait, so nothing of it shows in its system call.
// What shows is how much it has read: messages are 32 bytes, and few other reads are.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>

namespace uffdscope {

class ReadCounts {
 public:
  /// Has the thread read messages since it was last looked at? A suspicion: other reads of that
  /// size look the same. The first look at a thread, and one too soon after another, tell nothing.
  bool suspect(pid_t pid, pid_t tid, int64_t now);
  /// It has read less, in all its life, than one message is long. false where that can't be told.
  static bool never_read_a_message(pid_t pid, pid_t tid);
  /// Forget threads that nobody has looked at for long.
  void forget_old(int64_t now);

 private:
  struct Count {
    uint64_t bytes = 0, calls = 0;
    int64_t at = 0;
    bool suspect = false;
  };
  std::map<pid_t, Count> counts_;
};

}  // namespace uffdscope

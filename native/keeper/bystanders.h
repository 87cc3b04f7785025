// The threads of those who hold a uffd for whose messages nobody was seen to wait. A handler that
// is at work looks like one of them; a process that hangs because nobody reads consists of them.
// Which is it? docs/howto/who-answers.md has the table of cases that this file decides.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "keeper/holders.h"
#include "kernel/regs.h"

namespace uffdscope {

class Bystanders {
 public:
  /// Looks at each thread of the holders and of the target; stops nobody. `ours`: processes that
  /// hold a copy by trade and never answer, as another uffdscope and its keeper do.
  void look(const std::vector<Holders::Holder>& holders, const std::set<pid_t>& ours, pid_t target,
            int64_t now);

  /// A thread that may yet answer, or come back to read. `in_hand`: some message was read and is
  /// not answered, so that whoever has it may be about to fill its page.
  std::optional<pid_t> may_answer(bool in_hand, int64_t now) const;

  /// A thread that waited in a fault went on, and one more fault is behind it: somebody answered.
  /// One that a signal took out of its fault comes back to it without (mm_account_fault()).
  bool someone_answered() const { return answered_; }

 private:
  struct Thread {
    pid_t pid = 0;
    bool holder = false;         // else it is only looked at for its faults
    bool in_fault = false;       // waits in a fault, or for an event to be read
    bool asleep = false;         // by its own call, not for a disk
    bool kernel_worker = false;  // of io_uring or vhost: judged by what the process asks of it
    bool same_call = true;       // at every look
    SystemCall call;
    uint64_t switches = 0, faults = 0;
    int64_t since = 0;    // looks the same since
    int64_t seen_at = 0;  // last look
  };
  void look_at(pid_t pid, pid_t tid, bool holder, int64_t now);
  bool quiet(pid_t tid, const Thread& thread, bool in_hand, int64_t now) const;
  bool hopeless(pid_t tid, const Thread& thread) const;
  bool waits_for_concerned_children(const Thread& thread) const;

  std::map<pid_t, Thread> threads_;
  std::set<pid_t> holders_;
  bool answered_ = false;
};

}  // namespace uffdscope

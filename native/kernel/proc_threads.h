// Threads of other processes, looked at through /proc. Looking stops nobody: /proc/TID/syscall
// tells only of threads that sleep (task_current_syscall()).
#pragma once
#include <dirent.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "kernel/regs.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

/// An open /proc, kept for the life of this process; -1 where there is none.
int proc_dir();
/// "PID/task/TID", relative to proc_dir().
std::string task_path(pid_t pid, pid_t tid);

/// The threads of one process, some at a time: a process may have thousands.
class ThreadRoll {
 public:
  explicit ThreadRoll(pid_t pid);
  /// About `most` further ones. Empty: the round is over (or the process is), the next call begins
  /// a new round.
  std::vector<pid_t> next(size_t most);

 private:
  UniqueFd dir_;
};
std::vector<pid_t> threads_of(pid_t pid);

struct ThreadLook {
  enum class State {
    runs,       // on a CPU, or ready to be
    in_call,    // asleep in `call`
    elsewhere,  // asleep, but not in a system call: in a fault from user mode, stopped, exiting
    gone,
    refused,  // not ours to look at
  } state = State::gone;
  SystemCall call;
};
ThreadLook look_at_thread(pid_t pid, pid_t tid);

/// The kernel function a thread sleeps in; "" where it runs, is gone or is not ours to look at.
std::string sleeps_in(pid_t pid, pid_t tid);
/// A fault that waits for its handler. From the kernel's side such a thread never stops and spins
/// once interrupted; from the user's side the interrupt takes the message away.
bool waits_in_userfault(pid_t pid, pid_t tid);

/// 0: nobody traces it.
pid_t tracer_of(pid_t pid, pid_t tid);
/// The thread's calls pass a seccomp filter; true also where that can't be told.
bool has_seccomp(pid_t pid, pid_t tid);

}  // namespace uffdscope

// What the threads of one process do with userfaultfds: who waits for an answer, who waits for
// messages.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kernel/procfs.h"

namespace uffdscope {

/// What a thread that waits in userfaultfd_event_wait_completion has done, by the call it is in.
/// mremap is not told: it may wait for its remap or for the unmap of what was there.
enum class EventKind { unknown, fork, remove, unmap };
EventKind event_kind(const ProcSyscall& call);

/// A thread asleep in handle_userfault or in userfaultfd_event_wait_completion.
struct WaitingThread {
  int pid = 0;
  int tid = 0;
  std::string comm;
  UffdWait wait = UffdWait::none;
  /// true: the fault came from user mode; false: the kernel touched the page for it; unknown when
  /// not readable.
  std::optional<bool> from_user;
  EventKind event = EventKind::unknown;
};

/// A thread that was seen to wait for input on a descriptor of its process.
struct ReadingThread {
  int pid = 0;
  int tid = 0;
  int fd = 0;
};

struct ThreadsOfProcess {
  std::vector<WaitingThread> waiting;
  std::vector<ReadingThread> reading;
  /// Threads that run, or sleep elsewhere than in a userfault: the ones that could still answer.
  int free = 0;
  bool known = true;  // false: the kernel did not tell us what they wait in
};
/// `fds`: the descriptors whose readers are wanted; empty: none are looked for, which is cheaper.
ThreadsOfProcess look_at_threads(int proc_fd, int pid, const std::vector<int>& fds);

}  // namespace uffdscope

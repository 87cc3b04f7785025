// Which descriptors does a sleeping thread wait to read from? Told from the arguments of its system
// call, which /proc or a ptrace stop gives us.
#pragma once
#include <sys/types.h>

#include <vector>

#include "kernel/regs.h"

namespace uffdscope {

struct WaitsOn {
  std::vector<int> fds;
  /// read(2) and its like: a wait only on a blocking uffd. On a non-blocking one it is a message on
  /// its way to the handler, who would get EAGAIN if we read now.
  bool by_read = false;
};

/// `asleep`: the thread is in the call now, so that its wchan may be asked where the arguments
/// alone don't tell (a restarted poll looks like any other restarted call).
WaitsOn waits_on(pid_t pid, pid_t tid, const SystemCall& call, bool asleep);

/// Is one of these descriptors, under which the process holds a uffd, among them?
bool is_wait_for(const WaitsOn& waits, const std::vector<int>& held);

/// read(2) and its like, which a handler with SA_RESTART does not end.
bool is_read_call(long number);

/// Calls that the kernel never runs again by itself after a stop (signal(7), "Interruption of
/// system calls by stop signals"), and that lose nothing when they are: -EINTR from them means that
/// nothing was done. Only these are ever mended; close(2), say, must not be run twice.
bool may_run_again(long number);

}  // namespace uffdscope

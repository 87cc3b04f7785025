// ptrace(2) with the constants that Debian's headers lack.
#pragma once
#include <sys/ptrace.h>
#include <sys/types.h>

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif
#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

namespace uffdscope {

// Never PTRACE_O_EXITKILL: the keeper's death must not be the target's.
inline constexpr long kTraceOptions = PTRACE_O_TRACESYSGOOD;

inline long trace(int request, pid_t tid, long data) {
  return ::ptrace(static_cast<__ptrace_request>(request), tid, nullptr,
                  reinterpret_cast<void*>(data));
}

}  // namespace uffdscope

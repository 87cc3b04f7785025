// Processes by descriptor: pidfd_open(2), pidfd_getfd(2), and what the file says of itself.
#pragma once
#include <sys/types.h>

#include <optional>

#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

/// Readable when the process has ended. ESRCH: no such process. EINVAL: a thread, not a process.
Result<UniqueFd> pidfd_open(pid_t pid);
/// A copy of descriptor `fd` of that process, O_CLOEXEC. EPERM: not ptrace-attachable; EBADF: no
/// such descriptor.
Result<UniqueFd> pidfd_getfd(int pidfd, int fd);
/// True once the process behind the pidfd has ended.
bool has_ended(int pidfd);
/// How it ended, as wait(2) gives it, once it has been waited for (6.15); nullopt: not known.
std::optional<int> wait_status(int pidfd);

}  // namespace uffdscope

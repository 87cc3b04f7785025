#include "kernel/pidfd.h"

#include <poll.h>
#include <sys/syscall.h>

#include <cerrno>

namespace uffdscope {

Result<UniqueFd> pidfd_open(pid_t pid) {
  int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return std::unexpected(KernelError{"pidfd_open", errno});
  return UniqueFd(fd);
}

Result<UniqueFd> pidfd_getfd(int pidfd, int fd) {
  int got = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, fd, 0));
  if (got < 0) return std::unexpected(KernelError{"pidfd_getfd", errno});
  return UniqueFd(got);
}

bool has_ended(int pidfd) {
  pollfd p{pidfd, POLLIN, 0};
  return ::poll(&p, 1, 0) > 0 && (p.revents & POLLIN);
}

}  // namespace uffdscope

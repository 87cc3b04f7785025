#include "kernel/pidfd.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>

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

std::optional<int> wait_status(int pidfd) {
  struct Info {  // struct pidfd_info of linux/pidfd.h, its first 64 bytes
    uint64_t mask, cgroup;
    uint32_t pid, tgid, ppid, ids[8];
    int32_t exit_code;
  } info{};
  static_assert(sizeof info == 64);
  constexpr uint64_t kInfoExit = 1 << 3;
  info.mask = kInfoExit;
  if (::ioctl(pidfd, _IOWR(0xFF, 11, Info), &info) != 0) return std::nullopt;
  if (!(info.mask & kInfoExit)) return std::nullopt;
  return info.exit_code;
}

}  // namespace uffdscope

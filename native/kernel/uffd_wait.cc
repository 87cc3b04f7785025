#include "kernel/uffd_wait.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "kernel/fdinfo.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

WaitShape wait_shape(const ProcSyscall& call) {
  if (call.running || call.number < 0) return WaitShape::none;
  switch (call.number) {
    case SYS_read:
    case SYS_readv:
    case SYS_preadv2:
      return WaitShape::one_fd;
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll:
    case SYS_restart_syscall:  // a poll that was stopped once shows so, with its arguments kept
      return WaitShape::pollfds;
#ifdef SYS_select
    case SYS_select:
#endif
    case SYS_pselect6:
      return WaitShape::fd_set;
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
      return WaitShape::epoll;
    default:
      return WaitShape::none;
  }
}

std::vector<int> polled_fds(std::span<const uint8_t> bytes) {
  std::vector<int> fds;
  for (size_t at = 0; at + sizeof(pollfd) <= bytes.size(); at += sizeof(pollfd)) {
    pollfd entry;
    std::memcpy(&entry, bytes.data() + at, sizeof entry);
    if (entry.fd >= 0 && (entry.events & (POLLIN | POLLRDNORM)) != 0) fds.push_back(entry.fd);
  }
  return fds;
}

std::vector<int> selected_fds(std::span<const uint8_t> set, int limit) {
  std::vector<int> fds;
  for (int fd = 0; fd < limit && static_cast<size_t>(fd / 8) < set.size(); fd++)
    if ((set[static_cast<size_t>(fd / 8)] >> (fd % 8)) & 1) fds.push_back(fd);
  return fds;
}

namespace {

constexpr uint64_t kMostPolled = 4096;

// /proc/PID/mem, never process_vm_readv: that one would fault on a missing page and wait for its
// handler.
std::vector<uint8_t> peek(int proc_fd, const std::string& task, uint64_t address, size_t length) {
  std::vector<uint8_t> bytes(length);
  UniqueFd mem(::openat(proc_fd, (task + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  if (!mem) return {};
  ssize_t got = ::pread64(mem.get(), bytes.data(), length, static_cast<off64_t>(address));
  bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return bytes;
}

}  // namespace

std::vector<int> fds_waited_on(int proc_fd, const std::string& task, const ProcSyscall& call) {
  switch (wait_shape(call)) {
    case WaitShape::none:
      return {};
    case WaitShape::one_fd:
      return {static_cast<int>(call.args[0])};
    case WaitShape::pollfds: {
      uint64_t count = std::min(call.args[1], kMostPolled);
      if (call.args[0] == 0 || count == 0) return {};
      return polled_fds(peek(proc_fd, task, call.args[0], count * sizeof(pollfd)));
    }
    case WaitShape::fd_set: {
      uint64_t count = std::min(call.args[0], kMostPolled);
      if (call.args[1] == 0 || count == 0) return {};
      return selected_fds(peek(proc_fd, task, call.args[1], (count + 63) / 64 * 8),
                          static_cast<int>(count));
    }
    case WaitShape::epoll: {
      auto text = read_proc_file(
          proc_fd, (task + "/fdinfo/" + std::to_string(static_cast<int>(call.args[0]))).c_str());
      return text ? parse_epoll_fdinfo(*text) : std::vector<int>{};
    }
  }
  return {};
}

}  // namespace uffdscope

#include "keeper/waits.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "kernel/fdinfo.h"
#include "kernel/proc_threads.h"
#include "kernel/uffd_wait.h"

namespace uffdscope {
namespace {

constexpr int kEpollDepth = 4;        // EP_MAX_NESTS in fs/eventpoll.c
constexpr size_t kMostLookedAt = 64;  // members of an epoll that are asked whether they are one too
constexpr std::string_view kEpollLink = "anon_inode:[eventpoll]";

bool is_epoll(const std::string& task, int fd) {
  char link[64];
  std::string path = task + "/fd/" + std::to_string(fd);
  ssize_t length = ::readlinkat(proc_dir(), path.c_str(), link, sizeof link);
  return length > 0 && std::string_view(link, static_cast<size_t>(length)) == kEpollLink;
}

std::vector<int> members(const std::string& task, int epoll) {
  auto text = read_proc_file(proc_dir(), (task + "/fdinfo/" + std::to_string(epoll)).c_str());
  return text ? parse_epoll_fdinfo(*text) : std::vector<int>{};
}

void add_nested(const std::string& task, std::vector<int>& fds, size_t from, int depth) {
  size_t end = std::min(fds.size(), from + kMostLookedAt);
  if (depth >= kEpollDepth) return;
  for (size_t at = from; at < end; at++) {
    if (!is_epoll(task, fds[at])) continue;
    std::vector<int> inner = members(task, fds[at]);
    size_t first = fds.size();
    fds.insert(fds.end(), inner.begin(), inner.end());
    add_nested(task, fds, first, depth + 1);
  }
}

}  // namespace

WaitsOn waits_on(pid_t pid, pid_t tid, const SystemCall& call, bool asleep) {
  ProcSyscall as_seen{false, call.number, call.args};
  WaitShape shape = wait_shape(as_seen);
  if (shape == WaitShape::none) return {};
  // nanosleep and futex are restarted by the same number; their arguments read as pollfds are
  // noise.
  if (call.number == SYS_restart_syscall && asleep &&
      sleeps_in(pid, tid).find("poll") == std::string::npos)
    return {};
  std::string task = task_path(pid, tid);
  WaitsOn waits{fds_waited_on(proc_dir(), task, as_seen), shape == WaitShape::one_fd};
  if (shape == WaitShape::epoll) add_nested(task, waits.fds, 0, 1);
  return waits;
}

bool is_wait_for(const WaitsOn& waits, const std::vector<int>& held) {
  return std::ranges::any_of(waits.fds, [&](int fd) { return std::ranges::count(held, fd) > 0; });
}

bool is_read_call(long number) { return wait_shape({false, number, {}}) == WaitShape::one_fd; }

bool may_run_again(long number) {
  switch (number) {
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
    case SYS_accept:  // the socket calls: with SO_RCVTIMEO or SO_SNDTIMEO only
    case SYS_accept4:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_recvmmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_rt_sigtimedwait:
    case SYS_semop:
    case SYS_semtimedop:
    case SYS_io_getevents:
    case SYS_io_pgetevents:
    case SYS_io_uring_enter:
      return true;
    default:
      return false;
  }
}

}  // namespace uffdscope

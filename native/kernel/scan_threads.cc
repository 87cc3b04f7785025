#include "kernel/scan_threads.h"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

#include "kernel/uffd_wait.h"

namespace uffdscope {

namespace {

std::optional<ProcSyscall> syscall_of(int proc_fd, const std::string& task, bool& known) {
  auto text = read_proc_file(proc_fd, (task + "/syscall").c_str(), 512);
  if (!text && (text.error().err == EACCES || text.error().err == EPERM)) known = false;
  return text ? parse_syscall(*text) : std::nullopt;
}

}  // namespace

EventKind event_kind(const ProcSyscall& call) {
  if (call.running || call.number < 0) return EventKind::unknown;
  switch (call.number) {
#ifdef SYS_fork
    case SYS_fork:
    case SYS_vfork:
#endif
    case SYS_clone:
    case SYS_clone3:
      return EventKind::fork;
    case SYS_madvise:
    case SYS_process_madvise:
      return EventKind::remove;  // userfaultfd_remove() has no other caller
    case SYS_munmap:
    case SYS_mmap:
    case SYS_brk:
    case SYS_shmdt:
      return EventKind::unmap;
    default:
      return EventKind::unknown;
  }
}

ThreadsOfProcess look_at_threads(int proc_fd, int pid, const std::vector<int>& fds) {
  ThreadsOfProcess threads;
  std::string base = std::to_string(pid) + "/task/";
  auto tids = numeric_entries(proc_fd, base.c_str());
  if (!tids) return threads;  // it ended
  for (int tid : *tids) {
    std::string task = base + std::to_string(tid);
    auto wchan = read_proc_file(proc_fd, (task + "/wchan").c_str(), 256);
    UffdWait wait = wchan ? parse_wchan(*wchan) : UffdWait::none;
    if (wait == UffdWait::none) {
      threads.free++;
      if (fds.empty()) continue;
      auto call = syscall_of(proc_fd, task, threads.known);
      if (!call) continue;
      for (int fd : fds_waited_on(proc_fd, task, *call))
        if (std::find(fds.begin(), fds.end(), fd) != fds.end())
          threads.reading.push_back({pid, tid, fd});
      continue;
    }
    auto call = syscall_of(proc_fd, task, threads.known);
    auto stat = read_stat(proc_fd, task);
    if (!stat) continue;
    WaitingThread thread{pid, tid, stat->comm, wait, {}, {}};
    if (call && !call->running) thread.from_user = call->number < 0;
    if (call && wait == UffdWait::event) thread.event = event_kind(*call);
    threads.waiting.push_back(std::move(thread));
  }
  return threads;
}

}  // namespace uffdscope

#include "kernel/scan_fds.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/procfs.h"

namespace uffdscope {

namespace {

constexpr std::string_view kUffdLink = "anon_inode:[userfaultfd]";

std::optional<UffdFdinfo> read_info(int proc_fd, const std::string& task, int fd) {
  auto text = read_proc_file(proc_fd, (task + "/fdinfo/" + std::to_string(fd)).c_str());
  return text ? parse_uffd_fdinfo(*text) : std::nullopt;
}

std::vector<HeldUffd> pick_uffds(int proc_fd, int pid, const std::string& task,
                                 const std::vector<int>& fds) {
  std::vector<HeldUffd> found;
  UniqueFd dir(::openat(proc_fd, (task + "/fd").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!dir) return found;
  char link[64];
  for (int fd : fds) {
    ssize_t length = ::readlinkat(dir.get(), std::to_string(fd).c_str(), link, sizeof link);
    if (length <= 0 || std::string_view(link, static_cast<size_t>(length)) != kUffdLink) continue;
    // Closed between the two looks: there is none any more.
    if (auto info = read_info(proc_fd, task, fd)) found.push_back({pid, fd, *info});
  }
  return found;
}

}  // namespace

void look_again(int proc_fd, HeldUffd& held) {
  auto info = read_info(proc_fd, living_task(proc_fd, held.pid), held.fd);
  if (!info || info->ino != held.info.ino) return;
  held.steady = info->pending == held.info.pending && info->total == held.info.total;
  held.info = *info;
}

std::string living_task(int proc_fd, int pid) {
  std::string task = std::to_string(pid);
  auto stat = read_stat(proc_fd, task);
  if (!stat || stat->kernel_thread()) return "";
  if (!stat->dead()) return task;
  auto tids = numeric_entries(proc_fd, (task + "/task").c_str());
  if (!tids) return "";
  for (int tid : *tids) {
    std::string other = task + "/task/" + std::to_string(tid);
    auto it = read_stat(proc_fd, other);
    if (it && !it->dead()) return other;
  }
  return "";
}

HeldByProcess uffds_held_by(int proc_fd, int pid) {
  using Sight = HeldByProcess::Sight;
  std::string task = std::to_string(pid);
  auto fds = numeric_entries(proc_fd, (task + "/fd").c_str());
  if (!fds || fds->empty()) {
    // Told apart only here: on a machine with thousands of processes one look each must do.
    task = living_task(proc_fd, pid);
    if (task.empty()) return {};
    fds = numeric_entries(proc_fd, (task + "/fd").c_str());
    if (!fds && (fds.error().err == EACCES || fds.error().err == EPERM))
      return {Sight::refused, {}};
    if (!fds) return {};
  }
  return {Sight::seen, pick_uffds(proc_fd, pid, task, *fds)};
}

}  // namespace uffdscope

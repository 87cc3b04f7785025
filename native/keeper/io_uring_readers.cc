#include "keeper/io_uring_readers.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr std::string_view kRingLink = "anon_inode:[io_uring]";
constexpr std::string_view kPollList = "PollList:\n";

}  // namespace

bool is_io_uring_worker(pid_t pid, pid_t tid) {
  auto comm = read_proc_file(proc_dir(), (task_path(pid, tid) + "/comm").c_str(), 64);
  return comm && comm->starts_with("iou-");
}

std::optional<pid_t> io_uring_worker_in_uffd(pid_t pid) {
  for (pid_t tid : threads_of(pid))
    if (is_io_uring_worker(pid, tid) && sleeps_in(pid, tid).starts_with("userfaultfd_")) return tid;
  return std::nullopt;
}

bool polls_by_io_uring(pid_t pid) {
  std::string process = std::to_string(pid);
  auto fds = numeric_entries(proc_dir(), (process + "/fd").c_str());
  if (!fds) return false;
  for (int fd : *fds) {
    char link[64];
    std::string number = std::to_string(fd);
    ssize_t length =
        ::readlinkat(proc_dir(), (process + "/fd/" + number).c_str(), link, sizeof link);
    if (length <= 0 || std::string_view(link, static_cast<size_t>(length)) != kRingLink) continue;
    auto text = read_proc_file(proc_dir(), (process + "/fdinfo/" + number).c_str());
    if (!text) continue;
    // io_uring_show_fdinfo(): "PollList:" and then one indented line a request, "  op=6, …".
    size_t list = text->find(kPollList);
    if (list != std::string::npos &&
        std::string_view(*text).substr(list + kPollList.size()).starts_with("  op="))
      return true;
  }
  return false;
}

}  // namespace uffdscope

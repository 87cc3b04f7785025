#include "kernel/process_list.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace uffdscope {

namespace {
constexpr size_t kLongestCommand = 4096;
}  // namespace

std::optional<ProcessRow> look_at_row(int proc_fd, int pid) {
  std::string task = std::to_string(pid);
  auto stat = read_stat(proc_fd, task);
  if (!stat) return std::nullopt;
  ProcessRow row{std::move(*stat), {}, {}, 0};
  if (auto text = read_proc_file(proc_fd, (task + "/status").c_str()))
    if (auto status = parse_status(*text)) row.status = std::move(*status);
  if (row.stat.kernel_thread() || row.stat.dead()) return row;
  if (auto text = read_proc_file(proc_fd, (task + "/cmdline").c_str(), kLongestCommand)) {
    row.cmdline = std::move(*text);
    while (!row.cmdline.empty() && row.cmdline.back() == '\0') row.cmdline.pop_back();
    std::replace(row.cmdline.begin(), row.cmdline.end(), '\0', ' ');
  }
  UniqueFd mem(::openat(proc_fd, (task + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  row.attach_errno = mem ? 0 : errno;
  return row;
}

std::vector<ProcessRow> list_processes(int proc_fd) {
  std::vector<ProcessRow> rows;
  auto pids = numeric_entries(proc_fd, ".");
  if (!pids) return rows;
  for (int pid : *pids)
    if (auto row = look_at_row(proc_fd, pid)) rows.push_back(std::move(*row));
  return rows;
}

}  // namespace uffdscope

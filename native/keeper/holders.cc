#include "keeper/holders.h"

#include <unistd.h>

#include <string>
#include <string_view>

#include "engine/clock.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"
#include "kernel/scan_fds.h"

namespace uffdscope {
namespace {

/// A script's process has its shared memory as descriptor 4 (session/script/script-process.ts).
bool is_script_of(pid_t pid, pid_t parent) {
  auto stat = read_stat(proc_dir(), std::to_string(pid));
  if (!stat || stat->ppid != parent) return false;
  char link[64] = {};
  const std::string path = std::to_string(pid) + "/fd/4";
  return ::readlinkat(proc_dir(), path.c_str(), link, sizeof link - 1) > 0 &&
         std::string_view(link).starts_with("/memfd:uffdscope-script");
}

}  // namespace

std::vector<Holders::Holder> Holders::of(uint64_t ino) const {
  std::vector<Holder> holders;
  for (const auto& [pid, uffds] : held_) {
    auto it = uffds.find(ino);
    if (it != uffds.end()) holders.push_back({pid, it->second});
  }
  return holders;
}

const std::vector<int>* Holders::fds_of(pid_t pid, uint64_t ino) const {
  auto process = held_.find(pid);
  if (process == held_.end()) return nullptr;
  auto it = process->second.find(ino);
  return it == process->second.end() ? nullptr : &it->second;
}

void Holders::look_at(pid_t pid) {
  if (pid == self_ || pid == parent_) return;
  std::map<uint64_t, std::vector<int>> uffds;
  for (const HeldUffd& held : uffds_held_by(proc_dir(), pid).held)
    if (held.info.ino != 0) uffds[held.info.ino].push_back(held.fd);
  if (uffds.empty() || is_script_of(pid, parent_))
    held_.erase(pid);
  else
    held_[pid] = std::move(uffds);
}

void Holders::look_at_all(int64_t not_before) {
  if (looked_at_all_ > not_before) return forget_closed();
  looked_at_all_ = now_ns();
  turn_.clear();
  held_.clear();
  if (auto pids = numeric_entries(proc_dir(), "."))
    for (pid_t pid : *pids) look_at(pid);
}

// One look a known descriptor, not at all of the process's: it may have thousands of others.
void Holders::forget_closed() {
  for (auto& [pid, uffds] : held_) {
    std::string task = living_task(proc_dir(), pid);
    for (auto& [ino, fds] : uffds)
      std::erase_if(fds, [&](int fd) {
        auto text = read_proc_file(proc_dir(), (task + "/fdinfo/" + std::to_string(fd)).c_str());
        auto info = text ? parse_uffd_fdinfo(*text) : std::nullopt;
        return task.empty() || !info || info->ino != ino;
      });
    std::erase_if(uffds, [](const auto& held) { return held.second.empty(); });
  }
  std::erase_if(held_, [](const auto& process) { return process.second.empty(); });
}

void Holders::look_at_some(size_t processes) {
  forget_closed();
  if (turn_.empty())
    if (auto pids = numeric_entries(proc_dir(), ".")) turn_ = std::move(*pids);
  for (; processes > 0 && !turn_.empty(); processes--) {
    look_at(turn_.back());
    turn_.pop_back();
  }
}

}  // namespace uffdscope

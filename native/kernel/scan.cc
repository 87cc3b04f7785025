#include "kernel/scan.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

namespace uffdscope {

namespace {

/// Runs `work(index)` for 0..count-1 on a few threads. readlink of 35,000 descriptors is all system
/// time.
void on_threads(unsigned threads, size_t count, const std::function<void(size_t)>& work) {
  if (threads == 0) threads = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
  threads = static_cast<unsigned>(std::min<size_t>(threads, count / 32 + 1));
  std::atomic<size_t> next{0};
  auto run = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  try {
    for (unsigned i = 1; i < threads; i++) others.emplace_back(run);
  } catch (const std::system_error&) {  // RLIMIT_NPROC: go on with those there are
  }
  run();
  for (auto& thread : others) thread.join();
}

template <class T, class Key>
void sort_by(std::vector<T>& items, Key key) {
  std::sort(items.begin(), items.end(), [&](auto& a, auto& b) { return key(a) < key(b); });
}

class Scan {
 public:
  explicit Scan(const ScanOptions& options)
      : options_(options), proc_(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}

  ScanResult run() {
    auto pids = numeric_entries(proc_.get(), ".");
    if (!pids) return {};
    pids_ = std::move(*pids);
    on_threads(options_.threads, pids_.size(), [&](size_t i) { find_descriptors(pids_[i]); });
    for (auto& held : result_.held) {
      fds_[held.pid].push_back(held.fd);
      uffds_[held.pid].insert(held.info.ino);
    }
    for (auto& [pid, fds] : fds_) look_at_process(pid);
    // Where some descriptors are hidden from us, memory of our own may be served through one of
    // those.
    if (options_.all_memories || result_.refused > 0 || !holders_explain_all())
      look_at_other_memories();
    if (waits_unexplained()) look_at_other_threads();
    for (auto& held : result_.held) look_again(proc_.get(), held);
    sort_by(result_.held, [](auto& h) { return std::pair(h.pid, h.fd); });
    sort_by(result_.processes, [](auto& p) { return p.stat.pid; });
    sort_by(result_.waiting, [](auto& w) { return w.tid; });
    sort_by(result_.reading, [](auto& r) { return r.tid; });
    pair_memories();
    return std::move(result_);
  }

 private:
  void find_descriptors(int pid) {
    auto found = uffds_held_by(proc_.get(), pid);
    if (found.sight == HeldByProcess::Sight::no_memory) return;
    std::lock_guard lock(mutex_);
    result_.looked_at++;
    if (found.sight == HeldByProcess::Sight::refused) result_.refused++;
    for (auto& held : found.held) result_.held.push_back(std::move(held));
  }

  /// Ranges and threads. A process without a uffd of its own is kept only where something is
  /// registered.
  void look_at_process(int pid) {
    auto fds = fds_.find(pid);
    std::string task = living_task(proc_.get(), pid);
    if (task.empty()) return;
    auto stat = read_stat(proc_.get(), std::to_string(pid));
    auto ranges = read_registered_ranges(proc_.get(), task);
    if (!stat || (fds == fds_.end() && (!ranges || ranges->empty()))) return;
    auto threads =
        look_at_threads(proc_.get(), pid, fds == fds_.end() ? std::vector<int>{} : fds->second);
    ScannedProcess process;
    process.stat = std::move(*stat);
    process.memory = pid;
    process.free_threads = threads.free;
    process.ranges_known = ranges.has_value();
    if (ranges) process.ranges = std::move(*ranges);
    std::lock_guard lock(mutex_);
    seen_.insert(pid);
    if (!process.ranges_known || !threads.known) result_.half_refused++;
    result_.processes.push_back(std::move(process));
    keep(threads);
  }

  void keep(ThreadsOfProcess& threads) {
    for (auto& thread : threads.waiting) result_.waiting.push_back(std::move(thread));
    for (auto& thread : threads.reading) result_.reading.push_back(thread);
  }

  /// Each holder holds one userfaultfd only and has the memory for it: nothing to look for
  /// elsewhere. A holder of two may serve a forked child; a holder without ranges serves somebody
  /// else.
  bool holders_explain_all() const {
    std::set<uint64_t> explained, all;
    for (auto& held : result_.held) all.insert(held.info.ino);
    for (auto& process : result_.processes) {
      auto own = uffds_.find(process.stat.pid);
      if (process.ranges.empty() || own == uffds_.end() || own->second.size() != 1) continue;
      explained.insert(*own->second.begin());
    }
    return explained.size() == all.size();
  }

  void look_at_other_memories() {
    result_.all_memories = true;
    auto others = not_seen();
    on_threads(options_.threads, others.size(), [&](size_t i) { look_at_process(others[i]); });
  }

  /// The kernel counts more faults than we found threads: others wait too (process_vm_readv,
  /// io_uring, gdb).
  bool waits_unexplained() const {
    std::map<uint64_t, uint64_t> totals;
    for (auto& held : result_.held) totals[held.info.ino] = held.info.total;
    uint64_t total = 0;
    for (auto& [ino, count] : totals) total += count;
    auto found = std::count_if(result_.waiting.begin(), result_.waiting.end(),
                               [](auto& w) { return w.wait == UffdWait::fault; });
    return total > static_cast<uint64_t>(found);
  }

  void look_at_other_threads() {
    auto others = not_seen();
    on_threads(options_.threads, others.size(), [&](size_t i) {
      auto threads = look_at_threads(proc_.get(), others[i], {});
      std::lock_guard lock(mutex_);
      keep(threads);
    });
  }

  std::vector<int> not_seen() const {
    std::vector<int> others;
    for (int pid : pids_)
      if (!seen_.contains(pid)) others.push_back(pid);
    return others;
  }

  /// CLONE_VM without CLONE_THREAD: two processes, one memory (stress-ng, vfork). Their ranges are
  /// then equal, so only such pairs are compared.
  void pair_memories() {
    auto& all = result_.processes;
    for (size_t i = 0; i < all.size(); i++) {
      if (all[i].ranges.empty()) continue;
      for (size_t j = 0; j < i; j++) {
        if (all[j].memory != all[j].stat.pid || all[j].ranges.empty() ||
            all[j].ranges[0].map.start != all[i].ranges[0].map.start)
          continue;
        if (::syscall(SYS_kcmp, all[i].stat.pid, all[j].stat.pid, KCMP_VM, 0, 0) != 0) continue;
        all[i].memory = all[j].stat.pid;
        break;
      }
    }
  }

  ScanOptions options_;
  UniqueFd proc_;
  std::vector<int> pids_;
  std::map<int, std::vector<int>> fds_;      // holder -> its descriptors
  std::map<int, std::set<uint64_t>> uffds_;  // holder -> the userfaultfds behind them
  std::set<int> seen_;
  std::mutex mutex_;
  ScanResult result_;
};

}  // namespace

ScanResult scan_machine(const ScanOptions& options) { return Scan(options).run(); }

}  // namespace uffdscope

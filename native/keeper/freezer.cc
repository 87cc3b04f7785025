#include "keeper/freezer.h"

#include <sys/wait.h>

#include <algorithm>
#include <limits>

#include "engine/clock.h"
#include "keeper/trace.h"
#include "kernel/proc_threads.h"

namespace uffdscope {
namespace {

constexpr int kReportsAtOnce = 64;

}  // namespace

std::optional<Freezer::Refusal> Freezer::freeze(uint32_t monitor, pid_t pid, pid_t tid,
                                                const SystemCall& seen) {
  auto it = threads_.find(tid);
  if (it != threads_.end()) {
    if (!it->second.leaving()) it->second.wanted_by.set(monitor);
    return std::nullopt;
  }
  // From the kernel's side such a waiter never stops, and burns a CPU until its page comes. It
  // can't be let go either: DETACH needs a stopped thread.
  if (waits_in_userfault(pid, tid)) return std::nullopt;
  FrozenThread thread(pid, tid, seen);
  bool gone = false;
  KeeperRefusal refusal = thread.seize(now_ns(), gone);
  if (gone) return std::nullopt;
  if (refusal == KeeperRefusal::traced) return Refusal{refusal, tracer_of(pid, tid)};
  if (refusal != KeeperRefusal::none) return Refusal{refusal, tid};
  thread.wanted_by.set(monitor);
  threads_.emplace(tid, std::move(thread));
  return std::nullopt;
}

std::vector<pid_t> Freezer::release(uint32_t monitor) {
  std::vector<pid_t> released;
  for (auto it = threads_.begin(); it != threads_.end();) {
    auto& [tid, thread] = *it;
    bool wanted = thread.wanted_by.test(monitor);
    thread.wanted_by.reset(monitor);
    bool last = wanted && thread.wanted_by.none();
    if (last) released.push_back(tid);
    bool gone = last && !thread.leaving() && thread.let_go();
    it = gone ? threads_.erase(it) : std::next(it);
  }
  failures_.clear();
  return released;
}

void Freezer::release_all() {
  for (auto it = threads_.begin(); it != threads_.end();) {
    it->second.wanted_by.reset();
    bool gone = !it->second.leaving() && it->second.let_go();
    it = gone ? threads_.erase(it) : std::next(it);
  }
  failures_.clear();
}

Freezer::Standing Freezer::standing(uint32_t monitor) const {
  Standing standing;
  for (const auto& [tid, thread] : threads_) {
    if (!thread.wanted_by.test(monitor)) continue;
    if (!thread.frozen()) {
      standing.in_transit++;
      continue;
    }
    standing.frozen++;
    standing.longest_stop_ns = std::max(standing.longest_stop_ns, thread.stop_ns());
  }
  return standing;
}

const FrozenThread* Freezer::find(pid_t tid) const {
  auto it = threads_.find(tid);
  return it == threads_.end() ? nullptr : &it->second;
}

unsigned Freezer::failures(pid_t tid) const {
  auto it = failures_.find(tid);
  return it == failures_.end() ? 0 : it->second;
}

bool Freezer::moving() const {
  return std::ranges::any_of(threads_, [](const auto& entry) { return !entry.second.frozen(); });
}

size_t Freezer::leaving() const {
  return static_cast<size_t>(
      std::ranges::count_if(threads_, [](const auto& entry) { return entry.second.leaving(); }));
}

std::vector<Freezer::Death> Freezer::reap() {
  std::vector<Death> deaths;
  more_ = true;
  for (int reports = 0; reports < kReportsAtOnce; reports++) {
    int status;
    pid_t tid = ::waitpid(-1, &status, __WALL | WNOHANG);
    if (tid <= 0) {
      more_ = false;
      break;
    }
    auto it = threads_.find(tid);
    if (!WIFSTOPPED(status)) {
      if (it == threads_.end()) continue;
      deaths.push_back({tid, it->second.wanted_by});
      threads_.erase(it);
      continue;
    }
    if (it == threads_.end()) {  // a thread that took its leader's id by exec
      trace(PTRACE_DETACH, tid, 0);
      continue;
    }
    FrozenThread& thread = it->second;
    bool done =
        thread.on_stop(status, now_ns(), [&](const FrozenThread& t, const SystemCall& call) {
          return judge_(t.wanted_by, t.pid(), t.tid(), call);
        });
    if (!done) continue;
    if (thread.failed()) failures_[tid]++;
    threads_.erase(it);
  }
  return deaths;
}

void Freezer::on_time(int64_t now) {
  for (auto& [tid, thread] : threads_) thread.on_time(now);
}

int64_t Freezer::due() const {
  int64_t due = std::numeric_limits<int64_t>::max();
  for (const auto& [tid, thread] : threads_) due = std::min(due, thread.due());
  return due;
}

}  // namespace uffdscope

// Which process a forked child is. The FORK message carries a descriptor and no number, and the
// child is not in /proc yet when we read it: the fork goes on only then. So the log tells of a fork
// when its child is known, at the latest before the child's first fault, or when we give up.
#include <algorithm>

#include "engine/engine.h"
#include "kernel/forked.h"

namespace uffdscope {
namespace {

constexpr int64_t kFirstLook = 1 * kMilli;
constexpr int64_t kBetweenLooks = 20 * kMilli;  // at most
// On a machine without a CPU for it a fork takes that long to go on.
constexpr int64_t kGiveUp = kSecond;
constexpr uint32_t kFaultLooks =
    16;  // a fault of a child that stays unknown costs no more than that

}  // namespace

void Engine::await_child(const Monitor& parent, int uffd, int64_t now) {
  std::erase_if(forks_, [&](const Fork& f) { return f.uffd == uffd; });  // closed: it is free again
  forks_.push_back({.uffd = uffd,
                    .parent = parent.of_child ? parent.child : parent.pid,
                    .monitor = parent.id,
                    .read_at = now,
                    .since = ticks_now(),
                    .next_look = now + kFirstLook});
}

Monitor* Engine::monitor_of(const Fork& fork) {
  for (auto& m : monitors_) {
    if (m->of_child && m->uffd.fd() == fork.uffd) return m.get();
  }
  return nullptr;
}

void Engine::tell_fork(Fork& fork, pid_t child) {
  if (!fork.told) {
    tell({.type = LogType::fork,
          .monitor = fork.monitor,
          .a = static_cast<uint64_t>(fork.uffd),
          .b = static_cast<uint64_t>(child),
          .pid = static_cast<uint32_t>(fork.parent)},
         fork.read_at);
    bump(counters_.version, 1);
  }
  fork.told = true;
  if (child == 0) return;
  fork.child = child;
  if (Monitor* m = monitor_of(fork)) {
    m->child = child;
    m->tids = NsTids::of(child);
  }
}

/// `tid`: a thread of the child that waits now, by the message; 0: not known. Certain are two ways:
/// the thread belongs to a process that was forked since, or one fork and one such process is left.
void Engine::find_child(Fork& fork, pid_t tid) {
  if (fork.child != 0 || fork.parent == 0) return;
  auto candidates = forked_children(fork.parent, fork.since);
  std::erase_if(candidates, [&](pid_t pid) {
    return std::any_of(forks_.begin(), forks_.end(), [&](auto& f) { return f.child == pid; });
  });
  if (candidates.empty()) return;
  if (const pid_t process = tid ? process_of(tid) : 0;
      process && std::find(candidates.begin(), candidates.end(), process) != candidates.end()) {
    return tell_fork(fork, process);
  }
  const auto open = std::count_if(forks_.begin(), forks_.end(), [&](const Fork& f) {
    return f.child == 0 && f.parent == fork.parent;
  });
  if (open == 1 && candidates.size() == 1) tell_fork(fork, candidates[0]);
}

/// Before the first fault of a child becomes a record: its threads are there, one of them waits.
void Engine::name_child(Monitor& m, pid_t tid) {
  if (!m.of_child || m.child != 0) return;
  for (auto& fork : forks_) {
    if (fork.uffd != m.uffd.fd()) continue;
    if (fork.fault_looks++ < kFaultLooks) find_child(fork, tid);
    if (!fork.told) tell_fork(fork, 0);
    return;
  }
}

void Engine::look_for_children(int64_t now) {
  for (auto& fork : forks_) {
    if (fork.told || now < fork.next_look) continue;
    fork.next_look = now + std::clamp(now - fork.read_at, kFirstLook, kBetweenLooks);
    find_child(fork, 0);
    if (!fork.told && now - fork.read_at >= kGiveUp) tell_fork(fork, 0);
  }
  std::erase_if(forks_, [&](const Fork& fork) {
    if (!fork.told) return false;
    const bool waits = std::any_of(children_.begin(), children_.end(), [&](const Child& child) {
      return child.uffd.get() == fork.uffd;
    });
    const Monitor* m = const_cast<Engine*>(this)->monitor_of(fork);
    return !waits && (m == nullptr || m->gone);
  });
}

}  // namespace uffdscope

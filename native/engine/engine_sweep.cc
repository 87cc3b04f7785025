// Faults that ended without us: the handler's other threads fill pages on their own (QEMU's listen
// thread, a prefetcher), and a signal takes a thread out of its fault. What no thread waits for
// must not be shown, nor answered, as waiting.
#include "engine/engine.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr int64_t kSweep = 250 * kMilli;
constexpr uint64_t kExiting = 0x00000004;  // PF_EXITING of sched.h
constexpr size_t kAtOnce = 512;            // oldest first; one pread of 8 bytes each

uint64_t thread_key(const FaultRecord& f) { return uint64_t{f.monitor} << 32 | f.tid; }

bool answered(const FaultRecord& f, PageState now) {
  if (f.kind == Kind::wp) return now == PageState::present || now == PageState::zero;
  return now != PageState::missing && now != PageState::swapped;
}

}  // namespace

/// A thread waits for one page at a time: a new fault of it says that the one before is over.
void Engine::supersede(const Monitor& m, const FaultRecord& f) {
  if (f.tid == 0) return;
  auto [it, fresh] = waiting_of_thread_.try_emplace(thread_key(f), f.seq);
  if (fresh) return;
  const uint64_t before = std::exchange(it->second, f.seq);
  auto* w = faults_.waiting(before);
  if (!w || w->record.monitor != m.id) return;
  ended_elsewhere(*w, w->record.page == f.page ? By::target : By::handler);
}

void Engine::ended_elsewhere(FaultTable::Waiting& w, By by) {
  const uint64_t seq = w.record.seq;
  settle(w, State::gone, Action::wake, by, 0);
  resolve_outcome(seq, false, 0, by == By::handler ? "was answered by the handler" : "came again");
}

/// It has no memory any more: it exits, or, where it lives on, has run another program.
void Engine::tell_end(const Monitor& m) {
  const pid_t pid = m.faulting();
  if (pid == 0) return;
  auto stat = read_stat(proc_dir(), std::to_string(pid));
  const bool there = stat && (m.of_child || stat->start_ticks == m.started);
  const bool exits = !there || stat->dead() || (stat->flags & kExiting);
  tell(
      {.type = exits ? LogType::exit : LogType::exec,
       .monitor = m.id,
       .a = there && exits && stat->exit_code >= 0 ? static_cast<uint64_t>(stat->exit_code) + 1 : 0,
       .pid = static_cast<uint32_t>(pid)});
  bump(counters_.version, 1);
}

void Engine::look_for_end() {
  post([this] {
    next_gone_look_ = 0;
    sweep_gone(now_ns());
  });
}

/// Exec and exit take a memory away with all that waits in it, and send no message.
void Engine::sweep_gone(int64_t now) {
  if (now < next_gone_look_) return;
  next_gone_look_ = now + kSweep;
  for (auto& m : monitors_) {
    if (m->stance == Stance::left || m->gone) continue;
    if (m->uffd.barrier() == Userfaultfd::Barrier::gone) mark_gone(*m);
  }
}

/// A few times a second: is the page there by now? Then somebody else brought it; a thread that
/// still sleeps on it is woken, which is right in every case.
void Engine::sweep_answered(int64_t now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + kSweep;
  std::vector<uint64_t> over;
  size_t looked = 0;
  for (auto& [seq, w] : faults_.all_waiting()) {
    if (++looked > kAtOnce) break;
    Monitor* m = monitor(w.record.monitor);
    if (!m || m->gone || m->of_child || w.record.state == State::failed) continue;
    if (w.placed != Action::none) continue;  // there by our own doing, asleep on purpose
    if (!m->pagemap) {
      auto opened = Pagemap::open(m->pid);
      if (!opened) continue;
      m->pagemap.emplace(std::move(*opened));
    }
    auto state = m->pagemap->state_of(w.record.page);
    if (state && answered(w.record, *state)) over.push_back(seq);
  }
  for (uint64_t seq : over) {
    auto* w = faults_.waiting(seq);
    if (!w) continue;
    (void)monitor(w->record.monitor)
        ->uffd.wake(w->record.page, uint64_t{1} << w->record.page_shift);
    ended_elsewhere(*w, By::handler);
  }
}

}  // namespace uffdscope

// Faults that ended without us: the handler's other threads fill pages on their own (QEMU's listen
// thread, a prefetcher), and a signal takes a thread out of its fault. What no thread waits for
// must not be shown, nor answered, as waiting.
#include <sys/mman.h>

#include <cerrno>

#include "engine/engine.h"
#include "kernel/page_size.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr int64_t kSweep = 250 * kMilli;
constexpr int64_t kUnmappedSweep = kSecond;
constexpr uint64_t kExiting = 0x00000004;  // PF_EXITING of sched.h
constexpr size_t kAtOnce = 512;            // oldest first; one pread of 8 bytes each

uint64_t thread_key(const FaultRecord& f) { return uint64_t{f.monitor} << 32 | f.tid; }

bool answered(const FaultRecord& f, PageState now, const Pagemap& pagemap) {
  if (f.kind == Kind::wp) return now == PageState::present || now == PageState::zero;
  // Write-protected before it was filled (WP_UNPOPULATED, shared memory), and so it faults.
  if (now == PageState::wp) return pagemap.has_page(f.page);
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
  if (w.script) {  // it may have been the script's process, which tells us after the ioctl
    hear_of_page(*monitor(w.record.monitor), w.record.page);
    if (!faults_.waiting(seq)) return;
  }
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
    if (has_ended(*m)) mark_gone(*m);
  }
}

/// Mappings that went take the faults with them that waited there; the kernel leaves their threads
/// asleep. Woken, they find out themselves.
void Engine::end_unmapped(const Monitor& m, uint64_t from, uint64_t to) {
  for (uint64_t seq : faults_.waiting_in(from, to)) {
    auto* w = faults_.waiting(seq);
    if (w->record.monitor != m.id) continue;
    (void)m.uffd.wake(w->record.page, uint64_t{1} << w->record.page_shift);
    settle(*w, State::gone, Action::wake, By::target, ENOENT);
    resolve_outcome(seq, false, ENOENT, "went with its memory");
  }
}

/// Where no event tells of it (the feature was not asked for, or the message is its owner's). Asked
/// by a COPY from memory that can't be read: EFAULT where the page could be answered, ENOENT where
/// nothing is registered any more. It changes nothing either way.
void Engine::sweep_unmapped(int64_t now) {
  if (now < next_unmapped_look_) return;
  next_unmapped_look_ = now + kUnmappedSweep;
  static const void* unreadable =
      ::mmap(nullptr, page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (unreadable == MAP_FAILED) return;
  std::vector<std::pair<const Monitor*, uint64_t>> over;
  size_t looked = 0;
  for (const auto& [seq, w] : faults_.all_waiting()) {
    if (++looked > kAtOnce) break;
    const Monitor* m = monitor(w.record.monitor);
    // Of a huge page each try takes one from the pool for a moment.
    if (!m || m->gone || w.record.page_shift != page_shift()) continue;
    if (m->uffd.copy(w.record.page, unreadable, page_size()).err == ENOENT)
      over.emplace_back(m, w.record.page);
  }
  for (auto& [m, page] : over) end_unmapped(*m, page, page + page_size());
}

/// Is the page there by now, whoever brought it? Of a forked child it is not known.
bool Engine::is_answered(Monitor& m, const FaultRecord& f) {
  if (m.of_child) return false;
  auto state = page_state(m, f.page);
  return state && answered(f, *state, *m.pagemap);
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
    if (!m || m->gone || w.record.state == State::failed) continue;
    if (w.placed != Action::none) continue;  // there by our own doing, asleep on purpose
    if (is_answered(*m, w.record)) over.push_back(seq);
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

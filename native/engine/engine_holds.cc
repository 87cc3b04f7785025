// Faults that wait: their slot in the journal, their record, how they end.
#include <cerrno>

#include "engine/engine.h"
#include "kernel/page_size.h"

namespace uffdscope {
namespace {

constexpr uint32_t kRacesInARow = 3;

}  // namespace

/// Marks a fault as answered (or gone) and counts it.
void Engine::finish(Monitor& m, FaultRecord& f, Action action, By by, const Resolution& r) {
  f.answered_at = now_ns();
  f.action = action;
  f.by = by;
  f.bytes = r.bytes;
  f.err = 0;
  f.due_at = 0;
  f.state = State::resolved;
  bump(counters_.races, r.races);
  if (r.outcome == Outcome::no_range || r.outcome == Outcome::gone) {
    f.state = State::gone;
    f.err = r.err;
    if (r.outcome == Outcome::gone) mark_gone(m);
  } else {
    bump(counters_.resolved, 1);
    bump(counters_.by_action[static_cast<size_t>(action)], 1);
    latency_.record(f.answered_at - f.read_at);
    statistics_.answered(f);
  }
}

/// The same for one that other threads may be looking at.
void Engine::finish_waiting(Monitor& m, FaultTable::Waiting& w, Action action, By by,
                            const Resolution& r) {
  std::lock_guard lock(shared_);
  finish(m, w.record, action, by, r);
}

/// The memory behind this uffd has ended, by exit or exec. A forked child's end is not the
/// target's.
void Engine::mark_gone(Monitor& m) {
  if (m.gone) return;
  m.gone = true;
  poll_monitor(m, false);
  // What a script answered just before, a poison above all, is heard first: it tells why it ended.
  std::vector<uint64_t> asked;
  for (const auto& [seq, w] : faults_.all_waiting())
    if (w.record.monitor == m.id && w.script) asked.push_back(w.record.page);
  for (uint64_t page : asked) hear_of_page(m, page);
  for (const auto& [seq, w] : faults_.all_waiting()) {
    if (w.record.monitor != m.id) continue;
    work_.push({0, seq, ActRequest::What::answer, Action::none, nullptr, By::default_, 0});
  }
  tell_end(m);
  if (m.id != 1) return;
  counters_.target_gone = true;
  notice(Notice::target_gone);
}

/// Put a fault into the journal's slots and let it wait. False: no slot is left, so it was handed
/// back at once.
bool Engine::hold(Monitor& m, FaultRecord& f, const RawMessage& raw, bool decided) {
  uint32_t slot = take_slot();
  RangeInfo* range = m.ranges.find(f.page);
  if (range) bump(range->counts->faults);
  bump(counters_.faults, 1);
  statistics_.faulted(f);
  if (slot == kSlots) {
    (void)m.uffd.wake(f.page, uint64_t{1} << f.page_shift);
    // Read no more until a slot is free: its thread waits unread, which costs nothing.
    if (counters_.notice != static_cast<uint8_t>(Notice::journal_full))
      notice(Notice::journal_full);
    journal_full_ = true;
    for (auto& each : monitors_) poll_monitor(*each, false);
    bump(counters_.handed_back, 1);
    return false;
  }
  JournalSlot& s = keeper_.journal().slots[slot];
  s.page_shift = f.page_shift;
  s.order = ++slot_order_;
  s.message = raw;
  s.monitor.store(m.id, std::memory_order_release);
  f.state = State::held;
  if (policy_.max_hold_ns > 0) f.due_at = f.read_at + policy_.max_hold_ns;
  FaultRecord& in_ring = faults_.begin();
  uint64_t seq = f.seq;
  f.seq = 0;
  in_ring = f;
  f.seq = faults_.publish(in_ring);
  f.seq = seq;
  supersede(m, f);
  {
    std::lock_guard lock(shared_);
    faults_.wait(f, slot);
  }
  if (range) bump(range->counts->held);
  recount();
  log_.add({.type = LogType::fault, .monitor = m.id, .seq = f.seq, .pid = f.pid}, f.read_at);
  if (decided) {
    log_.add({.type = LogType::decide,
              .monitor = m.id,
              .seq = f.seq,
              .a = static_cast<uint64_t>(DecideWhat::hold),
              .b = static_cast<uint64_t>(f.due_at),
              .pid = f.pid,
              .by_id = f.by_id,
              .by = f.by == By::rule  ? By::rule
                    : policy_.hold_on ? By::operator_
                                      : By::default_});
    if (f.due_at) {
      work_.push(
          {f.due_at, f.seq, ActRequest::What::answer, Action::none, nullptr, By::default_, 0});
    }
  }
  return true;
}

/// The default could not answer it: it waits for the operator.
void Engine::hold_failed(Monitor& m, FaultRecord& f, const RawMessage& raw, Action action, int err,
                         By by, std::shared_ptr<const Decision> shape) {
  if (!f.hits) f.hits = faults_.count_hit(f);
  f.err = err;
  if (!hold(m, f, raw, false)) return;
  bump(counters_.failed, 1);
  {
    std::lock_guard lock(shared_);
    auto* w = faults_.waiting(f.seq);
    w->decision = std::move(shape);
    w->record.state = State::failed;
    w->record.action = action;
    faults_.update(w->record);
  }
  log_.add({.type = LogType::resolve,
            .monitor = m.id,
            .seq = f.seq,
            .b = static_cast<uint64_t>(f.read_at),
            .c = static_cast<uint64_t>(now_ns()),
            .pid = f.pid,
            .by_id = f.by_id,
            .err = err,
            .action = action,
            .by = by});
}

/// With an empty pool the kernel says of a huge page that it is there (EEXIST, hugetlb_mfill_*):
/// woken, its thread would fault again at once, for ever.
void Engine::note_race(const Monitor& m, const FaultRecord& f, const Resolution& r) {
  if (f.page_shift == page_shift()) return;
  if (r.races > 0) {
    ++raced_[{m.id, f.page}];
  } else if (r.outcome == Outcome::done && !raced_.empty()) {
    raced_.erase({m.id, f.page});
  }
}

/// It was "there already" several times in a row, and is not there.
bool Engine::no_huge_page(Monitor& m, const FaultRecord& f) {
  if (f.page_shift == page_shift() || raced_.empty()) return false;
  auto raced = raced_.find({m.id, f.page});
  if (raced == raced_.end() || raced->second < kRacesInARow) return false;
  auto state = m.of_child ? Result<PageState>(PageState::missing) : page_state(m, f.page);
  if (!state || *state != PageState::missing) {
    raced_.erase(raced);
    return false;
  }
  if (counters_.notice != static_cast<uint8_t>(Notice::no_huge_page)) notice(Notice::no_huge_page);
  return true;
}

uint32_t Engine::take_slot() {
  if (free_slots_.empty()) {
    uint64_t high = keeper_.journal().slots_high.load(std::memory_order_relaxed);
    if (high >= kSlots) return kSlots;
    keeper_.journal().slots_high.store(high + 1, std::memory_order_release);
    return static_cast<uint32_t>(high);
  }
  uint32_t s = free_slots_.back();
  free_slots_.pop_back();
  return s;
}

void Engine::free_slot(uint32_t slot) {
  keeper_.journal().slots[slot].monitor.store(0, std::memory_order_release);
  free_slots_.push_back(slot);
  if (!journal_full_) return;
  journal_full_ = false;
  for (auto& m : monitors_) {
    if (m->reads()) poll_monitor(*m, true);
  }
}

}  // namespace uffdscope

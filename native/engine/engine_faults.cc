// A fault's way: read into the journal, decide, answer, write down.
#include <cerrno>
#include <cstring>

#include "engine/engine.h"
#include "kernel/page_size.h"

namespace uffdscope {
namespace {

constexpr int kRounds = 16;  // reads in a row before timers and commands get their turn

bool has_reader(const Monitor& m) {
  return m.handler == HandlerState::frozen || m.handler == HandlerState::living;
}

}  // namespace

void Engine::drain(Monitor& m) {
  RawMessage* landing = keeper_.journal().monitors[m.id].landing;
  for (int round = 0; round < kRounds && m.reads(); ++round) {
    // A living owner keeps its events: read one message at a time, and only while fdinfo counts a
    // fault (they come before events). Readable without a fault: an event is waiting, the owner
    // must have its turn to read it.
    bool one = m.events_are_the_owners(policy_.own_events);
    if (one) {
      int64_t unread = unread_faults(m);
      if (unread == 0) {
        if (m.uffd.barrier() == Userfaultfd::Barrier::events) begin_turn(m, TurnFor::event);
        return;
      }
    }
    auto* into = reinterpret_cast<abi::Message*>(landing);
    auto n = m.uffd.read(into, one ? 1 : kLanding, m.nonblocking);
    if (!n) {
      if (n.error().err == EOPNOTSUPP && !m.nonblocking && unread_faults(m) > 0) {
        n = m.uffd.read(into, 1, true);  // before 6.10: a blocking read that will not block
      }
      if (!n) return;  // EAGAIN: nothing (any more)
    }
    int64_t read_at = now_ns();
    for (size_t i = 0; i < *n; ++i) {
      if (lost_turn()) return;  // stopped in between: the keeper handed these back
      on_message(m, landing[i], read_at);
      std::atomic_ref<uint64_t>(landing[i].word[0]).store(0, std::memory_order_release);
    }
    if (*n < kLanding && !one) return;
  }
}

void Engine::on_message(Monitor& m, RawMessage& raw, int64_t read_at) {
  if (static_cast<uint8_t>(raw.word[0]) == abi::kEventPagefault) {
    on_fault(m, raw, read_at);
  } else {
    on_event(m, raw, read_at);
  }
}

/// What the policy answers this fault with, now that nothing holds it.
Action Engine::chosen_answer(const Monitor& m, const FaultRecord& f,
                             std::shared_ptr<Source>& source) const {
  const bool reader = has_reader(m);
  switch (policy_.fallback) {
    case Default::zero:
      return plain_answer(f.kind);
    case Default::source:
      if (f.kind != Kind::missing) return plain_answer(f.kind);
      source = policy_.source;
      return source ? Action::copy : Action::wake;
    case Default::poison:
      return Action::poison;
    case Default::wake:
      return Action::wake;
    case Default::pass:
      return reader ? Action::pass : Action::wake;
    case Default::hold:
      break;
  }
  // Held by default and now to be answered all the same: by the source if one was named, else back
  // to the handler.
  if (policy_.source && f.kind == Kind::missing) {
    source = policy_.source;
    return Action::copy;
  }
  return reader ? Action::pass : Action::wake;
}

Resolution Engine::answer(Monitor& m, FaultRecord& f, Action action, Source* source, uint64_t& from,
                          uint64_t& to) {
  const RangeInfo* range = m.ranges.find(f.page);
  uint64_t page = uint64_t{1} << f.page_shift;
  from = f.page;
  to = f.page + page;
  if (policy_.granularity > page && action != Action::wake && action != Action::poison && range) {
    uint64_t block = policy_.granularity;
    from = std::max(f.page & ~(block - 1), range->start);
    to = std::min((f.page & ~(block - 1)) + block, range->end);
  }
  std::span<const uint8_t> bytes;
  static const std::unique_ptr<Source> zeros = zero_source();
  if (action == Action::zero && f.page_shift > page_shift()) {
    action = Action::copy;  // hugetlb has no zero page: UFFDIO_ZEROPAGE is EINVAL there
    source = zeros.get();
  }
  if (action == Action::copy) {
    const uint64_t at = range ? from - range->start : 0;
    if (const uint8_t* ready = source ? source->ready(at, to - from) : nullptr) {
      return Resolver(f.page_shift)
          .resolve(m.uffd, action, from, to - from, f.page, {ready, to - from});
    }
    if (buffer_.size() < to - from) buffer_.resize(to - from);
    std::span<uint8_t> into(buffer_.data(), to - from);
    uint64_t offset = range ? from - range->start : 0;
    auto filled = source ? source->fill(offset, into)
                         : Result<void>(std::unexpected(KernelError{"source", ENODATA}));
    if (!filled && to - from > page) {  // the block reaches past the source's end: the page alone
      from = f.page;
      to = f.page + page;
      into = into.first(page);
      offset = range ? from - range->start : 0;
      filled = source->fill(offset, into);
    }
    if (!filled) {
      notice(Notice::source_short);
      return {Outcome::failed, 0, filled.error().err, 0};
    }
    bytes = into;
  }
  return Resolver(f.page_shift).resolve(m.uffd, action, from, to - from, f.page, bytes);
}

void Engine::on_fault(Monitor& m, RawMessage& raw, int64_t read_at) {
  const uint64_t flags = raw.word[1], address = raw.word[2];
  FaultRecord f{};
  RangeInfo* range = m.ranges.find(address);
  f.seq = faults_.next_seq();
  f.read_at = read_at;
  f.address = address;
  f.page_shift = static_cast<uint8_t>(range ? range->page_shift : page_shift());
  f.page = address & ~((uint64_t{1} << f.page_shift) - 1);
  f.pid = static_cast<uint32_t>(m.pid);
  f.tid = static_cast<uint32_t>(raw.word[3]);
  f.range_id = range ? range->id : kNoRange;
  f.monitor = static_cast<uint16_t>(m.id);
  f.kind = flags & abi::kFaultWp      ? Kind::wp
           : flags & abi::kFaultMinor ? Kind::minor
                                      : Kind::missing;
  f.access = flags & abi::kFaultWrite ? Access::write : Access::read;
  f.state = State::read;
  if (policy_.hold_on) f.hits = faults_.count_hit(f.page);  // a filter may ask for it

  // Passed to a handler that is not there, a fault would come back at once, for ever: it is held
  // instead.
  bool nobody = policy_.fallback == Default::pass && !has_reader(m);
  if (nobody || policy_.holds(f, range)) {
    if (!f.hits) f.hits = faults_.count_hit(f.page);
    hold(m, f, raw, true);
    return;
  }
  std::shared_ptr<Source> source;
  Action action = chosen_answer(m, f, source);
  if (action == Action::pass) {  // needs the handler to run: waits for its turn
    if (!f.hits) f.hits = faults_.count_hit(f.page);
    if (!hold(m, f, raw, false)) return;
    do_work({0, f.seq, ActRequest::What::fixed, Action::pass, nullptr, By::default_, 0});
    return;
  }
  uint64_t from, to;
  Resolution r = answer(m, f, action, source.get(), from, to);
  // From here on the thread runs; what follows costs it nothing.
  if (!f.hits) f.hits = faults_.count_hit(f.page);
  if (r.outcome == Outcome::again || r.outcome == Outcome::failed) {
    f.err = r.err;
    if (!hold(m, f, raw, false)) return;
    if (r.outcome == Outcome::failed) {
      bump(counters_.failed, 1);
      auto* w = faults_.waiting(f.seq);
      w->record.state = State::failed;
      w->record.action = action;
      faults_.update(w->record);
      log_.add({.type = LogType::resolve,
                .monitor = m.id,
                .seq = f.seq,
                .b = static_cast<uint64_t>(read_at),
                .c = static_cast<uint64_t>(now_ns()),
                .pid = f.pid,
                .err = r.err,
                .action = action,
                .by = By::default_});
    } else {
      do_work({0, f.seq, ActRequest::What::answer, action, nullptr, By::default_, 0});
    }
    return;
  }
  finish(m, f, action, By::default_, r);
  if (range) bump(range->counts->faults);
  FaultRecord& slot = faults_.begin();
  uint64_t seq = f.seq;
  f.seq = 0;  // published last
  slot = f;
  faults_.publish(slot);
  bump(counters_.faults, 1);
  faults_.changed();
  log_.add({.type = LogType::fault_resolve,
            .monitor = m.id,
            .seq = seq,
            .a = f.bytes,
            .b = static_cast<uint64_t>(f.read_at),
            .c = static_cast<uint64_t>(f.answered_at),
            .pid = f.pid,
            .err = f.err,
            .action = f.action,
            .by = f.by},
           f.answered_at);
  // Others that wait for a page of this block were woken with it.
  if (to - from > (uint64_t{1} << f.page_shift) && !faults_.all_waiting().empty()) {
    settle_span(m, from, to, action, By::default_);
  }
}

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
    // The range or the memory went away: the kernel woke its waiters when it did.
    f.state = State::gone;
    f.err = r.err;
    if (r.outcome == Outcome::gone && !m.gone) {
      m.gone = true;
      poll_monitor(m, false);
      counters_.target_gone = true;
      notice(Notice::target_gone);
    }
  } else {
    bump(counters_.resolved, 1);
    bump(counters_.by_action[static_cast<size_t>(action)], 1);
    latency_.record(f.answered_at - f.read_at);
  }
}

/// Put a fault into the journal's slots and let it wait. False: no slot is left, so it was handed
/// back at once.
bool Engine::hold(Monitor& m, FaultRecord& f, const RawMessage& raw, bool decided) {
  uint32_t slot = take_slot();
  RangeInfo* range = m.ranges.find(f.page);
  if (range) bump(range->counts->faults);
  bump(counters_.faults, 1);
  if (slot == kSlots) {
    (void)m.uffd.wake(f.page, uint64_t{1} << f.page_shift);
    notice(Notice::journal_full);
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
              .by = policy_.hold_on ? By::operator_ : By::default_});
    if (f.due_at) {
      work_.push(
          {f.due_at, f.seq, ActRequest::What::answer, Action::none, nullptr, By::default_, 0});
    }
  }
  return true;
}

void Engine::on_event(Monitor& m, const RawMessage& raw, int64_t read_at) {
  EventLog::Entry e{.type = LogType::note, .monitor = m.id, .pid = static_cast<uint32_t>(m.pid)};
  switch (static_cast<uint8_t>(raw.word[0])) {
    case abi::kEventFork: {
      // The child's uffd was put into us by the read (userfaultfd_ctx_read): it is ours alone now.
      int child = static_cast<int>(raw.word[1] & 0xffffffff);
      e.type = LogType::fork;
      e.a = static_cast<uint64_t>(child);
      tell(e, read_at);
      adopt_child(m, UniqueFd(child));
      return;
    }
    case abi::kEventRemap: {
      e.type = LogType::remap;
      e.a = raw.word[1];
      e.b = raw.word[2];
      e.c = raw.word[3];
      std::lock_guard lock(shared_);
      m.ranges.remap(e.a, e.b, e.c);
      break;
    }
    case abi::kEventRemove:
      e.type = LogType::remove;
      e.a = raw.word[1];
      e.b = raw.word[2];
      break;
    case abi::kEventUnmap: {
      e.type = LogType::unmap;
      e.a = raw.word[1];
      e.b = raw.word[2];
      std::lock_guard lock(shared_);
      m.ranges.unmap(e.a, e.b);
      break;
    }
    default:
      e.a = ~uint64_t{0};
      break;  // an event this kernel has and we do not know
  }
  tell(e, read_at);
  bump(counters_.version, 1);
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
}

}  // namespace uffdscope

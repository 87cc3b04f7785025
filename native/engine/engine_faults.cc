// A fault's way: read into the journal, decide, answer, write down.
#include <cerrno>
#include <cstring>

#include "engine/engine.h"
#include "kernel/page_size.h"

namespace uffdscope {
namespace {

// Reads in a row before timers, commands and the keeper get their turn; with thousands of threads
// waiting the kernel takes milliseconds to wake one of them.
constexpr int kRounds = 16;
constexpr int64_t kDrainFor = 5 * kMilli;

bool has_reader(const Monitor& m) {
  return m.handler == HandlerState::frozen || m.handler == HandlerState::living;
}

/// A recording is a file that somebody gave us: a block of it is taken only where it is one that we
/// could have answered, around this very page.
bool is_block(const Decision& d, uint64_t at, uint64_t page) {
  constexpr uint64_t kMostAtOnce = 2ull << 20;  // --granularity 2M
  const bool aligned = d.block_from % page == 0 && d.block_to % page == 0;
  return aligned && d.block_from <= at && at < d.block_to &&
         d.block_to - d.block_from <= std::max(kMostAtOnce, page);
}

}  // namespace

void Engine::drain(Monitor& m) {
  RawMessage* landing = keeper_.journal().monitors[m.id].landing;
  int64_t until = 0;  // set when a second round comes: most faults come alone, and a look at the
                      // clock costs them
  for (int round = 0; round < kRounds && m.reads() && !journal_full_; ++round) {
    if (lost_turn()) return;  // stopped while we answered: the handler runs again
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
      if (*n > 1) beat();  // each is a sign of life; one alone has the loop's
    }
    if (*n < kLanding && !one) return;
    beat();
    if (until == 0) {
      until = read_at + kDrainFor;
    } else if (now_ns() > until) {
      return;
    }
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

/// The bytes of the source for [from, to), in `buffer_`. Where the block reaches past the source's
/// end, the page that faulted alone: `from` and `to` are changed to it.
Result<std::span<uint8_t>> Engine::fill_answer(Source* source, const FaultRecord& f,
                                               const RangeInfo* range, uint64_t& from,
                                               uint64_t& to) {
  if (!source) return std::unexpected(KernelError{"source", ENODATA});
  const uint64_t page = uint64_t{1} << f.page_shift;
  auto fill = [&]() -> Result<std::span<uint8_t>> {
    std::span<uint8_t> into(buffer_.data(), to - from);
    auto filled = source->fill(range ? from - range->start : 0, into);
    if (!filled) return std::unexpected(filled.error());
    return into;
  };
  if (buffer_.size() < to - from) buffer_.resize(to - from);
  auto filled = fill();
  if (filled || to - from <= page) return filled;
  from = f.page;
  to = f.page + page;
  return fill();
}

Resolution Engine::answer(Monitor& m, FaultRecord& f, Action action, Source* source, uint64_t& from,
                          uint64_t& to, const Decision* shape) {
  const RangeInfo* range = m.ranges.find(f.page);
  uint64_t page = uint64_t{1} << f.page_shift;
  from = f.page;
  to = f.page + page;
  const bool one_page = action == Action::wake || action == Action::poison ||
                        (action == Action::copy && source && source->one_page());
  if (policy_.granularity > page && !one_page && range) {
    uint64_t block = policy_.granularity;
    from = std::max(f.page & ~(block - 1), range->start);
    to = std::min((f.page & ~(block - 1)) + block, range->end);
  }
  if (shape && shape->short_bytes && !one_page) {
    from = f.page;
    to = std::min(to, f.page + (shape->short_bytes + page - 1) / page * page);
  }
  if (shape && !one_page && range && is_block(*shape, f.page - range->start, page)) {
    from = range->start + shape->block_from;
    to = std::min(range->start + shape->block_to, range->end);
  }
  const bool wakes = !(shape && shape->nowake);
  const bool alters = shape && shape->alters_bytes();
  std::span<const uint8_t> bytes;
  static const std::unique_ptr<Source> zeros = zero_source();
  if (action == Action::zero && f.page_shift > page_shift()) {
    action = Action::copy;  // hugetlb has no zero page: UFFDIO_ZEROPAGE is EINVAL there
    source = zeros.get();
  }
  if (action == Action::copy) {
    const uint64_t at = range ? from - range->start : 0;
    const uint8_t* ready = source && !alters ? source->ready(at, to - from) : nullptr;
    if (ready) {
      bytes = {ready, to - from};
    } else {
      auto filled = fill_answer(source, f, range, from, to);
      if (!filled) {
        notice(Notice::source_short);
        return {Outcome::failed, 0, filled.error().err, 0};
      }
      if (alters) shape->alter(*filled, from, f.page, page);
      bytes = *filled;
    }
  }
  Resolver resolver(f.page_shift);
  Resolution r = resolver.resolve(m.uffd, action, from, to - from, f.page, bytes, wakes);
  if (page_tap_ && !bytes.empty() && r.outcome == Outcome::done) page_tap_->put(f.seq, from, bytes);
  if (shape && shape->duplicate && r.outcome == Outcome::done && action != Action::wake) {
    r.races += resolver.resolve(m.uffd, action, from, to - from, f.page, bytes, wakes).races;
  }
  return r;
}

void Engine::on_fault(Monitor& m, RawMessage& raw, int64_t read_at) {
  const uint64_t flags = raw.word[1], address = raw.word[2];
  if (m.of_child && m.child == 0) name_child(m, static_cast<pid_t>(raw.word[3]));
  FaultRecord f{};
  RangeInfo* range = m.ranges.find(address);
  f.seq = faults_.next_seq();
  f.read_at = read_at;
  f.address = address;
  f.page_shift = static_cast<uint8_t>(range ? range->page_shift : page_shift());
  f.page = address & ~((uint64_t{1} << f.page_shift) - 1);
  f.pid = static_cast<uint32_t>(m.faulting());
  f.tid = static_cast<uint32_t>(raw.word[3]);
  if (m.tids) f.tid = m.tids->outside(f.tid, read_at);
  f.range_id = range ? range->id : kNoRange;
  f.monitor = static_cast<uint16_t>(m.id);
  f.kind = flags & abi::kFaultWp      ? Kind::wp
           : flags & abi::kFaultMinor ? Kind::minor
                                      : Kind::missing;
  f.access = flags & abi::kFaultWrite ? Access::write : Access::read;
  f.state = State::read;
  if (policy_.hold_on && is_stale(m, f, raw)) return;  // a filter may ask for its count

  if (policy_.hold_on && policy_.takes(f, range)) {
    hold(m, f, raw, true);
    return;
  }
  if (replay_ && by_replay(m, f, raw, range)) return;
  if (rules_ && by_rules(m, f, raw, range)) return;
  if (!scripts_.empty() && by_scripts(m, f, raw, range)) return;
  // Passed to a handler that is not there, a fault would come back at once, for ever: it is held
  // instead.
  bool nobody = policy_.fallback == Default::pass && !has_reader(m);
  if (nobody || policy_.fallback == Default::hold) {
    if (!f.hits) f.hits = faults_.count_hit(f);
    hold(m, f, raw, true);
    return;
  }
  std::shared_ptr<Source> source;
  Action action = chosen_answer(m, f, source);
  if (action == Action::pass) {  // needs the handler to run: waits for its turn
    if (!f.hits) f.hits = faults_.count_hit(f);
    if (!hold(m, f, raw, false)) return;
    do_work({0, f.seq, ActRequest::What::fixed, Action::pass, nullptr, By::default_, 0});
    return;
  }
  answer_now(m, f, raw, action, std::move(source), By::default_, nullptr);
}

/// The short way: answered as soon as it was read, without a slot of the journal.
void Engine::answer_now(Monitor& m, FaultRecord& f, const RawMessage& raw, Action action,
                        std::shared_ptr<Source> source, By by,
                        std::shared_ptr<const Decision> shape) {
  if (no_huge_page(m, f)) return hold_failed(m, f, raw, action, ENOMEM, by, std::move(shape));
  uint64_t from, to;
  Resolution r = answer(m, f, action, source.get(), from, to, shape.get());
  note_race(m, f, r);
  // From here on the thread runs; what follows costs it nothing.
  if (!f.hits) f.hits = faults_.count_hit(f);
  if (r.outcome == Outcome::again || r.outcome == Outcome::failed) {
    if (r.outcome == Outcome::failed)
      return hold_failed(m, f, raw, action, r.err, by, std::move(shape));
    f.err = r.err;
    if (!hold(m, f, raw, false)) return;
    faults_.waiting(f.seq)->decision = std::move(shape);
    do_work({0, f.seq, ActRequest::What::answer, action, nullptr, by, 0});
    return;
  }
  finish(m, f, action, by, r);
  if (const RangeInfo* range = m.ranges.find(f.page)) bump(range->counts->faults);
  FaultRecord& slot = faults_.begin();
  uint64_t seq = f.seq;
  f.seq = 0;  // published last
  slot = f;
  faults_.publish(slot);
  f.seq = seq;
  bump(counters_.faults, 1);
  statistics_.faulted(f);
  if (f.state == State::gone) bump(counters_.ended);
  faults_.changed();
  log_.add({.type = LogType::fault_resolve,
            .monitor = m.id,
            .seq = seq,
            .a = f.bytes,
            .b = static_cast<uint64_t>(f.read_at),
            .c = static_cast<uint64_t>(f.answered_at),
            .pid = f.pid,
            .by_id = f.by_id,
            .err = f.err,
            .action = f.action,
            .by = f.by},
           f.answered_at);
  // Others that wait for a page of this block were woken with it.
  if (to - from > (uint64_t{1} << f.page_shift) && !faults_.all_waiting().empty()) {
    settle_span(m, from, to, r, action, by);
  }
}

}  // namespace uffdscope

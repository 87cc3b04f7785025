// What was asked of waiting faults, by hand or by the clock, and how each of them ends.
#include <algorithm>
#include <cerrno>

#include "engine/engine.h"

namespace uffdscope {
namespace {

/// EAGAIN without progress while the events are ours to read: the loop reads them, then we try
/// again.
int64_t backoff(uint32_t tries) {
  return std::min<int64_t>(5 * kMilli, (50 * kMicro) << std::min(tries, 7u));
}

constexpr int64_t kWorkFor = 2 * kMilli;  // at a time

}  // namespace

void Engine::act(ActRequest request, ActDone done) {
  post([this, request = std::move(request), done = std::move(done)]() mutable {
    if (request.seqs.empty()) return done({});
    auto pending = std::make_shared<Pending>(Pending{request.seqs.size(), {}, std::move(done)});
    for (uint64_t seq : request.seqs) requests_.emplace(seq, pending);
    const int64_t until = now_ns() + kWorkFor;
    for (size_t i = 0; i < request.seqs.size(); ++i) {
      Work w{request.delay_ns,
             request.seqs[i],
             request.what,
             request.action,
             request.source,
             request.by,
             0,
             request.script};
      // The rest comes when others had their turn, in the order asked: due long ago.
      if (request.what != ActRequest::What::delay && now_ns() > until) {
        w.due = static_cast<int64_t>(i);
        work_.push(std::move(w));
      } else {
        do_work(std::move(w));
      }
    }
  });
}

/// Ten thousand answers take the better part of a second, since the kernel looks through all
/// waiters to wake one. New faults and the keeper do not wait for them.
void Engine::work_some(int64_t now) {
  while (!work_.empty() && work_.top().due <= now && now_ns() - now < kWorkFor) {
    Work w = work_.top();
    work_.pop();
    do_work(std::move(w));
  }
}

void Engine::edit(uint64_t seq, std::vector<uint8_t> bytes) {
  post([this, seq, bytes = std::move(bytes)]() mutable {
    auto* w = faults_.waiting(seq);
    if (!w) return;
    std::lock_guard lock(shared_);
    w->edited = std::move(bytes);
    w->record.flags = static_cast<uint8_t>(w->edited.empty() ? w->record.flags & ~kFlagEdited
                                                             : w->record.flags | kFlagEdited);
    faults_.update(w->record);
    bump(counters_.version);
  });
}

void Engine::redrive() {
  post([this] {
    for (auto& m : monitors_)
      if (m->stance == Stance::armed) wake_but_ours(*m);
  });
}

void Engine::do_work(Work w) {
  beat();  // ten thousand of them take their time, and each is a sign of life
  auto* waiting = faults_.waiting(w.seq);
  if (!waiting) {
    const FaultRecord* r = faults_.find(w.seq);
    bool answered = r && r->state == State::resolved;
    resolve_outcome(w.seq, answered, 0,
                    answered ? "was answered already" : "does not wait any more");
    return;
  }
  if (lost_turn() || releasing_) {
    resolve_outcome(w.seq, false, 0, "was handed back");
    return;
  }
  Monitor& m = *monitor(waiting->record.monitor);
  FaultRecord& f = waiting->record;
  if (m.gone) return settle_gone(m, *waiting, w, {Outcome::gone, 0, ESRCH});

  if (w.what == ActRequest::What::delay) {
    delay_until(*waiting, now_ns() + w.due, w.by);
    return resolve_outcome(f.seq, true, 0, "is delayed");
  }
  if (!m.reads()) {
    parked_.push_back(std::move(w));
    if (m.stance == Stance::looking) request_arm(m);
    return;
  }

  if (w.what == ActRequest::What::script) return ask_by_hand(m, *waiting, w.script);

  std::shared_ptr<Source> source = w.source;
  Action action = w.action;
  const std::shared_ptr<const Decision> decision =
      has_number(w.by) || (w.by == By::default_ && waiting->asked) ? waiting->decision : nullptr;
  if (decision && collected_.contains(decision->reorder_rule))
    return answer_collected(decision->reorder_rule);
  if (waiting->placed == Action::none && w.what == ActRequest::What::answer && w.by == By::rule &&
      ask_next(m, *waiting))
    return;
  if (waiting->placed != Action::none)
    action = Action::wake;
  else if (w.what == ActRequest::What::answer) {
    if (!waiting->edited.empty() && f.kind == Kind::missing) {
      action = Action::copy;
      source = bytes_source(waiting->edited);
    } else if (decision) {
      const bool open =
          decision->action == RuleAction::none || decision->action == RuleAction::script;
      if (open && has_number(w.by) && policy_.fallback == Default::hold) return keep_held(*waiting);
      action = decided_answer(m, f, *decision, source);
    } else {
      action = chosen_answer(m, f, source);
    }
  }
  if (action == Action::pass) {
    bool reader = m.handler == HandlerState::frozen || m.handler == HandlerState::living;
    if (!reader) {
      action = Action::wake;
    } else {
      {
        std::lock_guard lock(shared_);
        f.by = w.by;
      }
      m.passing.push_back(f.seq);
      return begin_turn(m, TurnFor::pass);
    }
  }

  uint64_t from, to;
  Resolution r = answer(m, f, action, source.get(), from, to, decision.get());
  if (r.outcome == Outcome::again) {
    bump(counters_.eagain, 1);
    end_question(*waiting);
    w.due = now_ns() + backoff(w.tries++);
    if (m.events_are_the_owners(policy_.own_events)) {
      parked_.push_back(std::move(w));
      begin_turn(m, TurnFor::event);
    } else {
      work_.push(std::move(w));
    }
    return;
  }
  if (decision && decision->nowake && waiting->placed == Action::none && r.outcome == Outcome::done)
    return leave_asleep(m, *waiting, action);
  conclude(m, *waiting, std::move(w), action, r, from, to);
}

/// What came of an answer, whoever issued it: ours or a script's process.
void Engine::conclude(Monitor& m, FaultTable::Waiting& entry, Work w, Action action,
                      const Resolution& r, uint64_t from, uint64_t to) {
  FaultTable::Waiting* waiting = &entry;
  FaultRecord& f = waiting->record;
  uint64_t seq = f.seq;
  if (r.outcome == Outcome::failed) {
    bump(counters_.failed, 1);
    end_question(*waiting);
    {
      std::lock_guard lock(shared_);
      delayed_.erase(seq);
      f.state = State::failed;
      f.action = action;
      f.by = w.by;
      f.err = r.err;
      f.due_at = 0;
      faults_.update(f);
    }
    log_.add({.type = LogType::resolve,
              .monitor = m.id,
              .seq = seq,
              .b = static_cast<uint64_t>(f.read_at),
              .c = static_cast<uint64_t>(now_ns()),
              .pid = f.pid,
              .by_id = has_number(w.by) ? f.by_id : 0,
              .err = r.err,
              .action = action,
              .by = w.by});
    recount();
    resolve_outcome(seq, false, r.err, "was refused by the kernel");
    return settle_span(m, from, to, r, action, w.by);
  }
  if (waiting->placed != Action::none) action = waiting->placed;
  w.action = action;
  if (r.outcome != Outcome::done) return settle_gone(m, *waiting, w, r);
  note_race(m, f, r);
  if (r.races > 0 && no_huge_page(m, f)) {  // woken by now, its thread comes again
    settle(*waiting, State::gone, Action::wake, By::target, ENOMEM);
    return resolve_outcome(seq, false, ENOMEM, "found no free huge page");
  }
  finish_waiting(m, *waiting, action, w.by, r);
  settle(*waiting, f.state, action, w.by, f.err);
  resolve_outcome(
      seq, true, 0,
      action == Action::wake ? "is woken unanswered: its thread faults again" : "is answered");
  settle_span(m, from, to, r, action, w.by);
}

/// Its mapping or all its memory has ended: there is nothing left to answer.
void Engine::settle_gone(Monitor& m, FaultTable::Waiting& waiting, const Work& w,
                         const Resolution& r) {
  const uint64_t seq = waiting.record.seq;
  finish_waiting(m, waiting, w.action, w.by, r);
  settle(waiting, State::gone, w.action, w.by, r.err);
  resolve_outcome(seq, false, r.err, "went with its memory");
}

/// The other waiting faults of these pages: the ioctl woke their threads too, as far as it reached.
void Engine::settle_span(Monitor& m, uint64_t from, uint64_t to, const Resolution& r, Action action,
                         By by) {
  for (uint64_t seq : faults_.waiting_in(from, to)) {
    auto* w = faults_.waiting(seq);
    if (w->record.monitor != m.id || !r.reaches(w->record.page)) continue;
    finish_waiting(m, *w, action, by, {Outcome::done});
    settle(*w, State::resolved, action, by, 0);
    resolve_outcome(seq, true, 0, "is answered");
  }
}

/// It waits no longer: give its slot back, write the record, tell the readers.
void Engine::settle(FaultTable::Waiting& w, State state, Action action, By by, int err,
                    bool handed_back) {
  if (state == State::gone && !handed_back) bump(counters_.ended);
  end_question(w);
  FaultRecord f = w.record;
  if (f.state == State::delayed || f.due_at) f.due_at = 0;
  if (!f.answered_at) f.answered_at = now_ns();
  f.state = state;
  f.action = action;
  f.by = by;
  f.err = err;
  if (Monitor* m = monitor(f.monitor)) {
    // By its number: the memory may have moved, and other memory may be there now.
    const RangeInfo* range = m->ranges.find(f.page);
    if (!range || range->id != f.range_id) range = m->ranges.by_id(f.range_id);
    if (range) {
      range->counts->held.fetch_sub(1, std::memory_order_relaxed);
    }
  }
  free_slot(w.slot);
  delayed_.erase(f.seq);
  {
    std::lock_guard lock(shared_);
    faults_.update(f);
    faults_.settle(f.seq);
  }
  log_.add({.type = LogType::resolve,
            .monitor = f.monitor,
            .seq = f.seq,
            .a = f.bytes,
            .b = static_cast<uint64_t>(f.read_at),
            .c = static_cast<uint64_t>(f.answered_at),
            .pid = f.pid,
            .by_id = has_number(by) ? f.by_id : 0,
            .err = err,
            .action = action,
            .by = by},
           f.answered_at);
  recount();
}

void Engine::resolve_outcome(uint64_t seq, bool ok, int err, const char* message) {
  auto [first, last] = requests_.equal_range(seq);
  if (first == last) return;
  std::vector<std::shared_ptr<Pending>> waiting;
  for (auto it = first; it != last; ++it) waiting.push_back(it->second);
  requests_.erase(first, last);
  for (auto& p : waiting) {
    p->outcomes.push_back({seq, ok, err, message});
    if (--p->left > 0) continue;
    publish_counts();  // who hears of it finds it counted
    p->done(std::move(p->outcomes));
  }
}

/// Once for many changes: with thousands delayed, the oldest that is held takes a while to find.
void Engine::publish_counts() {
  if (!counts_stale_) return;
  counts_stale_ = false;
  int64_t oldest = 0;
  auto& all = faults_.all_waiting();
  for (const auto& [seq, w] : all) {
    if (w.record.state == State::delayed || w.record.state == State::scripted) continue;
    oldest = w.record.read_at;
    break;
  }
  counters_.delayed.store(delayed_.size(), std::memory_order_relaxed);
  counters_.scripted.store(script_due_.size(), std::memory_order_relaxed);
  counters_.held.store(all.size() - delayed_.size() - script_due_.size(),
                       std::memory_order_relaxed);
  counters_.oldest_held_at.store(oldest, std::memory_order_relaxed);
}

Result<void> Engine::preview(const FaultRecord& f, std::span<uint8_t> into) const {
  std::shared_ptr<Source> source;
  uint64_t offset = 0;
  {
    std::lock_guard lock(shared_);
    for (const auto& [seq, w] : const_cast<Engine*>(this)->faults_.all_waiting()) {
      if (seq == f.seq && !w.edited.empty()) return bytes_source(w.edited)->fill(0, into);
    }
    source = policy_.source;
    if (!source && policy_.fallback == Default::zero) source = zero_source();
    for (const auto& m : monitors_) {
      if (m->id != f.monitor) continue;
      if (const RangeInfo* r = m->ranges.find(f.page)) offset = f.page - r->start;
    }
  }
  if (!source) return std::unexpected(KernelError{"source", ENODATA});
  return source->fill(offset, into);
}

}  // namespace uffdscope

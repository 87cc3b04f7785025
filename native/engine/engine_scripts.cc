// Faults that scripts are asked about. Such a fault waits in its slot of the journal like any
// other; what a script does with it, and what becomes of it when the script does not answer, is
// decided here.
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <utility>

#include "engine/engine.h"
#include "engine/rules/draw.h"

namespace uffdscope {
namespace {

constexpr uint32_t kFailuresInARow = 3;
/// In one call of JavaScript for so long when a deadline of at least a second has passed: it will
/// not come back. Less than the deadline, since it took the question a little after it was asked.
constexpr int64_t kEndless = kSecond / 2;

bool has_ended(const ScriptPort& port) {
  pollfd end{port.process_fd(), POLLIN, 0};
  return ::poll(&end, 1, 0) == 1;
}

/// What the process wrote, read once and believed only as far as it can be: the memory stays its
/// own to write, and under sudo it is another user's.
struct ScriptAnswer {
  ScriptWish wish;
  Action action;
  Outcome outcome;
  int32_t err;
  uint32_t races, length;
  uint64_t bytes;
  int64_t answered_at, delay_ns;
};

ScriptAnswer answer_of(const ScriptPlace& place, const FaultRecord& f) {
  const volatile ScriptPlace& v = place;
  ScriptAnswer p{.wish = v.wish,
                 .action = v.action,
                 .outcome = static_cast<Outcome>(v.outcome),
                 .err = v.err,
                 .races = v.races,
                 .length = v.length,
                 .bytes = v.bytes,
                 .answered_at = v.answered_at,
                 .delay_ns = v.delay_ns};
  constexpr int64_t kDay = 86'400 * kSecond;
  const uint64_t page = uint64_t{1} << f.page_shift;
  const bool acts = p.wish == ScriptWish::none || p.wish == ScriptWish::answer;
  const bool sound = p.wish <= ScriptWish::failed && p.outcome <= Outcome::failed && p.err >= 0 &&
                     p.err < 4096 && p.length <= kPlaceBytes && p.bytes <= page &&
                     (!acts || (p.action > Action::none && p.action <= Action::pass));
  if (!sound) p.wish = ScriptWish::failed;
  p.answered_at = std::clamp(p.answered_at, f.read_at, std::max(f.read_at, now_ns()));
  p.delay_ns = std::clamp<int64_t>(p.delay_ns, 0, kDay);
  return p;
}

}  // namespace

int Engine::uffd_fd() const { return monitors_.empty() ? -1 : monitors_[0]->uffd.fd(); }

void Engine::set_scripts(std::vector<std::shared_ptr<ScriptPort>> scripts) {
  post([this, scripts = std::move(scripts)]() mutable {
    for (auto& old : scripts_) {
      if (std::ranges::find(scripts, old) != scripts.end()) continue;
      parting_.push_back(old);
    }
    for (auto& port : scripts) {
      if (std::ranges::find(scripts_, port) == scripts_.end()) poll_script(*port, true);
    }
    scripts_ = std::move(scripts);
    hear_scripts();
    bump(counters_.version, 1);
    for (auto& m : monitors_) {
      // Arming is asked for by itself, once the rules that name scripts are there too.
      if (m->stance == Stance::armed && !wants_armed(*m))
        begin_turn(*m, TurnFor::pass);  // ends in `looking`
    }
  });
}

void Engine::note_script(uint32_t id, uint64_t index) {
  post([this, id, index] {
    tell({.type = LogType::script, .a = index, .by_id = id, .by = By::script});
    bump(counters_.version, 1);
  });
}

ScriptPort* Engine::script(uint32_t id) {
  for (auto& port : scripts_) {
    if (port->id == id) return port.get();
  }
  return nullptr;
}

/// A fault that no hold and no rule took. True: a script is asked, and the fault waits.
bool Engine::by_scripts(Monitor& m, FaultRecord& f, const RawMessage& raw, const RangeInfo* range) {
  auto asks = [&](const auto& port) {
    return port->asks_faults && port->works() && (!port->filter || port->filter->matches(f, range));
  };
  if (is_stale(m, f, raw)) return true;  // scripts draw as rules do
  if (std::ranges::none_of(scripts_, asks)) return false;
  if (!hold(m, f, raw, false)) return true;
  auto& w = *faults_.waiting(f.seq);
  if (!ask_next(m, w)) by_default(w);
  return true;
}

/// Its thread came again before the script's process has told us what it did.
void Engine::hear_of_page(const Monitor& m, uint64_t page) {
  if (script_due_.empty()) return;
  for (uint64_t seq : faults_.waiting_in(page, page + 1)) {
    auto* w = faults_.waiting(seq);
    if (!w || w->record.monitor != m.id || !w->script) continue;
    ScriptPort& port = *w->script;
    const uint32_t slot = w->slot;
    port.let_finish(slot);
    // Done is said a moment before it stands in the queue.
    for (int i = 0; i < 1000; ++i) {
      hear_script(port);
      if (step_of(port.place(slot).turn.load(std::memory_order_acquire)) != ScriptStep::done) break;
      ::sched_yield();
    }
  }
}

/// False: there is none left to ask.
bool Engine::ask_next(Monitor& m, FaultTable::Waiting& w) {
  if (w.asked == kAskedAll || w.by_hand || scripts_.empty() || releasing_) return false;
  const bool named = w.decision && w.decision->action == RuleAction::script;
  if (w.decision && !named && w.decision->action != RuleAction::none) return false;
  if (named) {
    w.asked = kAskedAll;
    ScriptPort* port = script(w.decision->script);
    return port && port->works() && ask(m, w, *port);
  }
  const RangeInfo* range = m.ranges.find(w.record.page);
  while (w.asked < scripts_.size()) {
    ScriptPort& port = *scripts_[w.asked++];
    if (!port.asks_faults || !port.works()) continue;
    if (port.filter && !port.filter->matches(w.record, range)) continue;
    if (ask(m, w, port)) return true;
  }
  w.asked = kAskedAll;
  return false;
}

bool Engine::ask(Monitor& m, FaultTable::Waiting& w, ScriptPort& port) {
  const Decision* shape = w.decision.get();
  const bool far =
      m.id != 1 || (shape && (shape->alters_bytes() || shape->nowake || shape->duplicate));
  {
    std::lock_guard lock(shared_);
    FaultRecord& f = w.record;
    delayed_.erase(f.seq);
    // One deadline, however many scripts are asked.
    if (!w.script_due) w.script_due = now_ns() + port.deadline_ns;
    f.state = State::scripted;
    f.by = By::script;
    f.by_id = port.id;
    f.due_at = w.script_due;
    faults_.update(f);
  }
  const FaultRecord& f = w.record;
  if (!port.offer(w.slot, f, m.ranges.find(f.page), far)) return false;
  w.script = &port;
  script_due_.emplace(w.script_due, f.seq);
  log_.add({.type = LogType::decide,
            .monitor = m.id,
            .seq = f.seq,
            .a = static_cast<uint64_t>(DecideWhat::script),
            .b = static_cast<uint64_t>(f.due_at),
            .pid = f.pid,
            .by_id = port.id,
            .by = By::script});
  recount();
  return true;
}

/// A fault that waits, given to a script by an operator: with a deadline of its own, and without an
/// answer it is held as before.
void Engine::ask_by_hand(Monitor& m, FaultTable::Waiting& w, uint32_t id) {
  const uint64_t seq = w.record.seq;
  ScriptPort* port = script(id);
  if (!port || !port->works()) return resolve_outcome(seq, false, 0, "finds its script off");
  if (w.placed != Action::none)
    return resolve_outcome(seq, false, 0, "has its page already and waits for its wake");
  end_question(w);
  w.script_due = 0;
  if (!w.record.hits) w.record.hits = std::max(1u, hit_of(m, w.record));
  w.by_hand = {w.record.by, w.record.by_id};
  if (!ask(m, w, *port)) by_default(w);
}

/// No script answers it.
void Engine::by_default(FaultTable::Waiting& w) {
  if (auto before = std::exchange(w.by_hand, {})) {
    {
      std::lock_guard lock(shared_);
      std::tie(w.record.by, w.record.by_id) = *before;
    }
    keep_held(w);
    return resolve_outcome(w.record.seq, false, 0, "got no answer of the script: it is held");
  }
  w.asked = kAskedAll;
  Monitor& m = *monitor(w.record.monitor);
  const bool reader = m.handler == HandlerState::frozen || m.handler == HandlerState::living;
  {
    std::lock_guard lock(shared_);
    w.record.by = By::none;
    w.record.by_id = 0;
  }
  if (policy_.fallback == Default::hold || (policy_.fallback == Default::pass && !reader))
    return keep_held(w);
  do_work({0, w.record.seq, ActRequest::What::answer, Action::none, nullptr, By::default_, 0});
}

/// The question is over, with or without an answer.
void Engine::end_question(FaultTable::Waiting& w) {
  if (w.script) {
    std::exchange(w.script, nullptr)->take_back(w.slot);
  }
  if (w.script_due) script_due_.erase({w.script_due, w.record.seq});
}

void Engine::hear_scripts() {
  for (size_t i = 0; i < scripts_.size(); ++i) hear_script(*scripts_[i]);
  for (auto& port : parting_) hear_script(*port);
  for (size_t i = 0; i < parting_.size();) {
    if (parting_[i]->outstanding > 0) {
      ++i;
      continue;
    }
    auto port = parting_[i];
    parting_.erase(parting_.begin() + static_cast<std::ptrdiff_t>(i));
    poll_script(*port, false);
    port->counts.parted.store(true, std::memory_order_release);
  }
}

void Engine::hear_script(ScriptPort& port) {
  uint32_t place;
  while (port.take(place)) script_answered(port, place);
}

/// Its bell, or the end of its process.
void Engine::script_rang(uint64_t which) {
  for (auto* list : {&scripts_, &parting_}) {
    for (auto& port : *list) {
      if (port->id != which >> 1) continue;
      port->hear_bell();
      if (!(which & 1) || !has_ended(*port)) continue;
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, port->process_fd(), nullptr);
      hear_script(*port);
      if (port->works()) switch_off(*port, ScriptOff::ended);
    }
  }
}

/// Its bell, and its end.
void Engine::poll_script(ScriptPort& port, bool on) {
  const int how = on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
  epoll_event e{EPOLLIN, {.u64 = kTagScript + 2 * port.id}};
  ::epoll_ctl(epoll_.get(), how, port.answered_fd(), &e);
  ++e.data.u64;
  ::epoll_ctl(epoll_.get(), how, port.process_fd(), &e);
}

void Engine::script_answered(ScriptPort& port, uint32_t n) {
  const uint64_t seq = port.place(n).seq;
  auto* w = faults_.waiting(seq);
  if (!w || w->script != &port || w->slot != n) return;
  w->script = nullptr;
  script_due_.erase({w->script_due, seq});
  Monitor& m = *monitor(w->record.monitor);
  const ScriptAnswer p = answer_of(port.place(n), w->record);
  auto add = [](std::atomic<uint64_t>& count) {
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  };
  if (p.wish == ScriptWish::failed) {
    add(port.counts.failed);
    by_default(*w);
    return script_failed(port);
  }
  port.failures_in_a_row = 0;
  port.took.record((p.wish == ScriptWish::none ? p.answered_at : now_ns()) -
                   (w->script_due - port.deadline_ns));
  add(p.wish == ScriptWish::next ? port.counts.passed_on : port.counts.answered);
  switch (p.wish) {
    case ScriptWish::none: {
      const uint64_t page = w->record.page, to = page + (uint64_t{1} << w->record.page_shift);
      Resolution r{p.outcome, p.bytes, p.err, p.races, {{page, to}, {}}};
      w->record.answered_at = p.answered_at;
      return conclude(m, *w, {0, seq, ActRequest::What::fixed, p.action, nullptr, By::script, 0},
                      p.action, r, page, to);
    }
    case ScriptWish::answer: {
      std::shared_ptr<Source> source;
      if (p.action == Action::copy)
        source = bytes_source({port.bytes(n), port.bytes(n) + p.length});
      return do_work({0, seq, ActRequest::What::fixed, p.action, source, By::script, 0});
    }
    case ScriptWish::hold:
      if (!std::exchange(w->by_hand, {})) w->asked = kAskedAll;
      keep_held(*w, By::script);
      return resolve_outcome(seq, true, 0, "is held by the script");
    case ScriptWish::delay:
      if (!std::exchange(w->by_hand, {})) w->asked = kAskedAll;
      delay_until(*w, now_ns() + p.delay_ns, By::script);
      return resolve_outcome(seq, true, 0, "is delayed by the script");
    default:
      if (!ask_next(m, *w)) by_default(*w);
  }
}

void Engine::script_failed(ScriptPort& port) {
  if (++port.failures_in_a_row >= kFailuresInARow) switch_off(port, ScriptOff::misses);
}

/// What is over its deadline gets the default.
void Engine::look_at_scripts(int64_t now) {
  while (!script_due_.empty() && script_due_.begin()->first <= now) {
    const uint64_t seq = script_due_.begin()->second;
    script_due_.erase(script_due_.begin());
    auto* w = faults_.waiting(seq);
    if (!w || !w->script) continue;
    ScriptPort& port = *w->script;
    const bool stuck = port.busy_for(now) >= kEndless || !port.place(w->slot).seen;
    port.counts.missed.store(port.counts.missed.load(std::memory_order_relaxed) + 1,
                             std::memory_order_relaxed);
    end_question(*w);
    by_default(*w);
    if (!port.works()) continue;
    if (stuck && port.deadline_ns >= kSecond) {
      switch_off(port, ScriptOff::endless);
    } else {
      script_failed(port);
    }
  }
}

/// It is asked no more; what it was asked gets the default at once.
void Engine::switch_off(ScriptPort& port, ScriptOff why) {
  port.counts.off.store(why, std::memory_order_release);
  bump(counters_.version, 1);
  if (why == ScriptOff::endless || why == ScriptOff::misses) port.kill();
  std::vector<uint64_t> asked;
  for (const auto& [seq, w] : faults_.all_waiting()) {
    if (w.script == &port) asked.push_back(seq);
  }
  for (uint64_t seq : asked) {
    auto* w = faults_.waiting(seq);
    if (!w || w->script != &port) continue;
    end_question(*w);
    by_default(*w);
  }
}

/// False: an answer came while we were about to sleep.
bool Engine::scripts_sleep() {
  bool sleep = true;
  for (auto& port : scripts_) sleep = port->sleeps_on_answers() && sleep;
  for (auto& port : parting_) sleep = port->sleeps_on_answers() && sleep;
  return sleep;
}

}  // namespace uffdscope

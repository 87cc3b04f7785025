// What the rules decide about a fault that was just read, and how that is carried out while it
// waits.
#include <algorithm>
#include <bit>

#include "engine/engine.h"

namespace uffdscope {
namespace {

/// Faults that `reorder` collects are answered after this long although fewer came than it waits
/// for.
constexpr int64_t kReorderPatience = 100 * kMilli;

/// A page of one memory: a forked child's is another.
uint64_t place_of(const FaultRecord& f) { return f.page | f.monitor; }
static_assert(kMaxMonitors < 4096);

bool has_reader(const Monitor& m) {
  return m.handler == HandlerState::frozen || m.handler == HandlerState::living;
}

}  // namespace

void Engine::set_rules(std::shared_ptr<RuleSet> rules, std::vector<uint32_t> live) {
  post([this, rules = std::move(rules), live = std::move(live)] {
    rules_ = rules && !rules->empty() ? rules : nullptr;
    woken_first_.clear();
    auto lives = [&](uint32_t id) { return std::ranges::find(live, id) != live.end(); };
    for (const auto& [seq, w] : faults_.all_waiting()) {
      const bool by_gone = w.record.by == By::rule && w.record.by_id && !lives(w.record.by_id);
      const bool shaped_by_gone = w.decision && !std::ranges::all_of(w.decision->makers, lives);
      if (!by_gone && !shaped_by_gone) continue;
      work_.push({0, seq, ActRequest::What::fixed, Action::wake, nullptr, By::operator_, 0});
    }
    std::erase_if(collected_, [&](const auto& each) { return !lives(each.first); });
    bump(counters_.version, 1);
    for (auto& m : monitors_) {
      if (rules_) {
        request_arm(*m);
      } else if (m->stance == Stance::armed && !wants_armed(*m)) {
        begin_turn(*m, TurnFor::pass);  // ends in `looking`
      }
    }
  });
}

/// Which time this page faults. Threads that wait for it together fault it once, and a message that
/// was read only after the page had been answered is no fault of its own (0): so that the count,
/// and every draw that hangs on it, is the same however many threads there are.
uint32_t Engine::hit_of(Monitor& m, const FaultRecord& f) {
  if (!faults_.all_waiting().empty()) {
    for (uint64_t seq : faults_.waiting_in(f.page, f.page + 1)) {
      const FaultRecord& other = faults_.waiting(seq)->record;
      if (other.monitor == f.monitor && other.hits) return other.hits;
    }
  }
  if (faults_.hits(f) > 0 && f.kind == Kind::missing && is_answered(m, f)) return 0;
  return faults_.count_hit(f);
}

/// Counts it, unless that was done. True: it was read only after its page had been answered, so it
/// is no fault of its own, and was woken.
bool Engine::is_stale(Monitor& m, FaultRecord& f, const RawMessage& raw) {
  if (f.hits) return false;
  hear_of_page(m, f.page);
  f.hits = hit_of(m, f);
  if (f.hits) return false;
  f.hits = faults_.hits(f);
  answer_now(m, f, raw, Action::wake, nullptr, By::default_, nullptr);
  return true;
}

/// True: a rule took it, and it is answered or waits.
bool Engine::by_rules(Monitor& m, FaultRecord& f, const RawMessage& raw, const RangeInfo* range) {
  if (rules_->needs_hits() && is_stale(m, f, raw)) return true;
  std::shared_ptr<const Decision> decision;
  if (!woken_first_.empty()) {
    if (auto it = woken_first_.find(place_of(f)); it != woken_first_.end()) {
      decision = it->second;
      woken_first_.erase(it);
    }
  }
  if (!decision) {
    auto made = std::make_shared<Decision>();
    if (!rules_->decide(f, range, *made)) return false;
    if (made->spurious) {
      made->spurious = false;
      f.by_id = made->rule;
      woken_first_.insert_or_assign(place_of(f), made);
      answer_now(m, f, raw, Action::wake, nullptr, By::rule, nullptr);
      return true;
    }
    decision = std::move(made);
  }
  f.by = By::rule;
  f.by_id = decision->rule;
  carry_out(m, f, raw, std::move(decision));
  return true;
}

void Engine::carry_out(Monitor& m, FaultRecord& f, const RawMessage& raw,
                       std::shared_ptr<const Decision> decision) {
  const bool nobody = decision->action == RuleAction::pass && !has_reader(m);
  if (decision->action == RuleAction::hold || nobody) {
    if (!f.hits) f.hits = faults_.count_hit(f);
    hold(m, f, raw, true);
    return;
  }
  std::shared_ptr<Source> source;
  const bool held_by_default =
      decision->action == RuleAction::none &&
      (policy_.fallback == Default::hold || (policy_.fallback == Default::pass && !has_reader(m)));
  const bool asks = decision->action == RuleAction::script ||
                    (decision->action == RuleAction::none && !scripts_.empty());
  const Action action = decided_answer(m, f, *decision, source);
  if (!asks && !decision->waits() && !held_by_default && action != Action::pass)
    return answer_now(m, f, raw, action, std::move(source), By::rule, std::move(decision));

  if (!f.hits) f.hits = faults_.count_hit(f);
  const bool waits = decision->waits();
  if (!hold(m, f, raw, !asks && !waits && held_by_default)) return;
  if (!asks && !waits && held_by_default) return;
  auto& w = *faults_.waiting(f.seq);
  w.decision = decision;
  if (decision->reorder) return collect(w);
  if (decision->delay_ns > 0) return delay_until(w, f.read_at + decision->delay_ns, By::rule);
  do_work({0, f.seq, ActRequest::What::answer, action, nullptr, By::rule, 0});
}

/// What a decision answers this fault with.
Action Engine::decided_answer(const Monitor& m, const FaultRecord& f, const Decision& d,
                              std::shared_ptr<Source>& source) const {
  static const std::shared_ptr<Source> zeros = zero_source();
  Action action = Action::wake;
  switch (d.action) {
    case RuleAction::none:
    case RuleAction::script:  // that gave no answer
      action = chosen_answer(m, f, source);
      break;
    case RuleAction::zero:
      action = plain_answer(f.kind);
      break;
    case RuleAction::copy:
      source = d.source;
      action = Action::copy;
      break;
    case RuleAction::continue_:
      action = Action::continue_;
      break;
    case RuleAction::unprotect:
      action = Action::unprotect;
      break;
    case RuleAction::poison:
      action = Action::poison;
      break;
    case RuleAction::pass:
      action = has_reader(m) ? Action::pass : Action::wake;
      break;
    case RuleAction::hold:
    case RuleAction::wake:
      break;
  }
  if (action == Action::zero && d.alters_bytes()) {  // zeros no longer
    source = zeros;
    action = Action::copy;
  }
  return action;
}

void Engine::delay_until(FaultTable::Waiting& w, int64_t due, By by) {
  end_question(w);
  FaultRecord& f = w.record;
  {
    std::lock_guard lock(shared_);
    delayed_.insert(f.seq);
    f.state = State::delayed;
    f.due_at = due;
    faults_.update(f);
  }
  log_.add({.type = LogType::decide,
            .monitor = f.monitor,
            .seq = f.seq,
            .a = static_cast<uint64_t>(DecideWhat::delay),
            .b = static_cast<uint64_t>(due),
            .pid = f.pid,
            .by_id = has_number(by) ? f.by_id : 0,
            .by = by});
  if (due) work_.push({due, f.seq, ActRequest::What::answer, Action::none, nullptr, by, 0});
  recount();
}

/// `reorder`: it waits for the others of its rule.
void Engine::collect(FaultTable::Waiting& w) {
  const uint64_t seq = w.record.seq;
  const uint32_t rule = w.decision->reorder_rule, wanted = w.decision->reorder;
  auto& faults = collected_[rule];
  faults.push_back(seq);
  if (faults.size() < wanted) return delay_until(w, w.record.read_at + kReorderPatience, By::rule);
  answer_collected(rule);
}

void Engine::answer_collected(uint32_t rule) {
  std::vector<uint64_t> seqs = std::move(collected_[rule]);
  collected_.erase(rule);
  std::erase_if(seqs, [this](uint64_t seq) { return !faults_.waiting(seq); });
  auto place = [this](uint64_t seq) {
    const auto& d = faults_.waiting(seq)->decision;
    return d ? d->order : 0;
  };
  std::ranges::sort(seqs, {}, place);
  for (uint64_t seq : seqs) {
    auto* w = faults_.waiting(seq);
    if (!w || !w->decision) continue;
    if (w->decision->delay_ns > 0) {
      delay_until(*w, now_ns() + w->decision->delay_ns, By::rule);
    } else {
      do_work({0, seq, ActRequest::What::answer, Action::none, nullptr, By::rule, 0});
    }
  }
}

/// `nowake`: the page is there, its thread sleeps on. It keeps its slot of the journal, so that
/// whoever outlives us wakes it.
void Engine::leave_asleep(Monitor&, FaultTable::Waiting& w, Action placed) {
  w.placed = placed;
  const int64_t after = w.decision->nowake_ns;
  delay_until(w, after ? now_ns() + after : 0, w.record.by == By::script ? By::script : By::rule);
}

/// Its delay is over, or no script answers, and the default is to hold; or a script holds it.
void Engine::keep_held(FaultTable::Waiting& w, By by) {
  FaultRecord& f = w.record;
  const int64_t due = policy_.max_hold_ns > 0 ? f.read_at + policy_.max_hold_ns : 0;
  {
    std::lock_guard lock(shared_);
    delayed_.erase(f.seq);
    f.state = State::held;
    f.due_at = due;
    faults_.update(f);
  }
  log_.add({.type = LogType::decide,
            .monitor = f.monitor,
            .seq = f.seq,
            .a = static_cast<uint64_t>(DecideWhat::hold),
            .b = static_cast<uint64_t>(due),
            .pid = f.pid,
            .by_id = has_number(by) ? f.by_id : 0,
            .by = by});
  if (due)
    work_.push({due, f.seq, ActRequest::What::answer, Action::none, nullptr, By::default_, 0});
  recount();
}

}  // namespace uffdscope

// Handing everything back: the handler runs first, then what we had read is woken.
#include "engine/engine.h"

namespace uffdscope {

namespace {

constexpr size_t kWakeBatch =
    64;  // pages a millisecond, so that a handler is not flooded by what comes back

}  // namespace

void Engine::release(bool leave, std::function<void(Released)> done) {
  post([this, leave, done = std::move(done)]() mutable { begin_release(leave, std::move(done)); });
}

void Engine::begin_release(bool leave, std::function<void(Released)> done) {
  release_waiters_.push_back(std::move(done));
  const bool more = !releasing_ || (leave && !leaving_);
  leaving_ = leaving_ || leave;
  if (!more) return;
  if (leave) {
    next_gone_look_ = 0;
    sweep_gone(now_ns());  // the last lines tell how it ended
  }
  if (!releasing_) released_ = 0;
  releasing_ = true;
  // A child that stays ours faults again at once, and is read again: that is not to be given back.
  release_below_ = leave ? UINT64_MAX : faults_.next_seq();
  policy_.hold_on = false;
  policy_.named = false;
  counters_.hold_on = false;
  // At once with the rest: what comes again must meet no rule, and no default in between.
  rules_ = nullptr;
  woken_first_.clear();
  collected_.clear();
  work_ = {};
  for (auto& w : std::exchange(parked_, {})) resolve_outcome(w.seq, false, 0, "was handed back");
  // Before the handler runs again: what is its own by then no script may answer.
  hear_scripts();
  for (auto& [seq, w] : faults_.all_waiting()) end_question(w);
  for (auto& m : monitors_) {
    if (m->stance == Stance::left || wants_armed(*m)) continue;
    m->passing.clear();
    poll_monitor(*m, false);
    if (m->stance == Stance::leaving) continue;
    bool frozen = m->stance == Stance::arming || m->handler == HandlerState::frozen;
    m->stance = Stance::leaving;
    m->turn_until = 0;
    if (frozen && !policy_.compete) {
      m->handler = HandlerState::frozen;
      if (!keeper_.say(KeeperSay::thaw, m->id)) keeper_died();
    }
  }
  publish_stance();
  release_some();
}

/// Thaw first, then wake what we had read, oldest first and a few at a time.
void Engine::release_some() {
  for (auto& m : monitors_) {
    if (m->stance == Stance::leaving && m->handler == HandlerState::frozen) return;
  }
  const auto& all = faults_.all_waiting();
  auto over = [&] { return all.empty() || all.begin()->first >= release_below_; };
  for (size_t i = 0; i < kWakeBatch && !over(); ++i) {
    auto& w = faults_.all_waiting().begin()->second;
    if (Monitor* m = monitor(w.record.monitor)) {
      (void)m->uffd.wake(w.record.page, uint64_t{1} << w.record.page_shift);
    }
    uint64_t seq = w.record.seq;
    bump(counters_.handed_back, 1);
    ++released_;
    settle(w, State::gone, Action::wake, By::default_, 0, true);
    resolve_outcome(seq, false, 0, "was handed back");
  }
  if (over()) finish_release();
}

void Engine::finish_release() {
  Released released{released_};
  releasing_ = false;
  if (leaving_)  // the last lines: a fork whose child was not found is told all the same
    for (auto& fork : forks_) tell_fork(fork, 0);
  bool stays = false;
  for (auto& m : monitors_) {
    if (m->stance == Stance::left) continue;
    if (wants_armed(*m) && m->of_child) {
      stays = stays || !m->gone;
      continue;
    }
    m->stance = leaving_ ? Stance::left : Stance::looking;
    m->turn_for = TurnFor::none;
    if (leaving_) {
      keeper_.journal().monitors[m->id].active = 0;
      keeper_.say(KeeperSay::unwatch, m->id);
      m->uffd = Userfaultfd();
      std::lock_guard lock(shared_);  // others ask for what is unread
      m->fdinfo.reset();
      m->pagemap.reset();
    }
    tell({.type = LogType::stance,
          .monitor = m->id,
          .a = static_cast<uint64_t>(m->stance),
          .b = static_cast<uint64_t>(m->handler),
          .c = released_,
          .pid = static_cast<uint32_t>(m->pid)});
  }
  publish_stance();
  if (stays) notice(Notice::children_stay);
  if (leaving_) {
    quit_ = true;
    children_.clear();  // the keeper has its own copies
    // Whoever hears that we left finds no keeper any more, but one that stays for children.
    if (auto stays = keeper_.part()) {
      released.stays = stays->pid;
      released.children = stays->count;
      released.answer = WardAnswer::from(stays->value);
    }
  }
  settle_arm_waiters(HandlerState::unknown, KeeperRefusal::unwatched, 0);
  publish_counts();
  for (auto& done : std::exchange(release_waiters_, {})) done(released);
}

}  // namespace uffdscope

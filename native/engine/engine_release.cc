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
  leaving_ = leaving_ || leave;
  if (releasing_) return;
  if (leave) {
    next_gone_look_ = 0;
    sweep_gone(now_ns());  // the last lines tell how it ended
  }
  releasing_ = true;
  released_ = 0;
  policy_.hold_on = false;
  policy_.named = false;
  counters_.hold_on = false;
  // At once with the rest: what comes again must meet no rule, and no default in between.
  rules_ = nullptr;
  woken_first_.clear();
  collected_.clear();
  work_ = {};
  for (auto& w : std::exchange(parked_, {})) resolve_outcome(w.seq, false, 0, "was handed back");
  for (auto& m : monitors_) {
    m->passing.clear();
    poll_monitor(*m, false);
    bool frozen = m->stance == Stance::arming || m->handler == HandlerState::frozen;
    if (m->stance == Stance::left) continue;
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
  for (size_t i = 0; i < kWakeBatch && !faults_.all_waiting().empty(); ++i) {
    auto& w = faults_.all_waiting().begin()->second;
    if (Monitor* m = monitor(w.record.monitor)) {
      (void)m->uffd.wake(w.record.page, uint64_t{1} << w.record.page_shift);
    }
    uint64_t seq = w.record.seq;
    bump(counters_.handed_back, 1);
    ++released_;
    settle(w, State::gone, Action::wake, By::default_, 0);
    resolve_outcome(seq, false, 0, "was handed back");
  }
  if (faults_.all_waiting().empty()) finish_release();
}

void Engine::finish_release() {
  Released released{released_};
  releasing_ = false;
  for (auto& m : monitors_) {
    if (m->stance == Stance::left) continue;
    m->stance = leaving_ ? Stance::left : Stance::looking;
    m->turn_for = TurnFor::none;
    if (leaving_) {
      keeper_.journal().monitors[m->id].active = 0;
      keeper_.say(KeeperSay::unwatch, m->id);
      m->uffd = Userfaultfd();
    }
    tell({.type = LogType::stance,
          .monitor = m->id,
          .a = static_cast<uint64_t>(m->stance),
          .b = static_cast<uint64_t>(m->handler),
          .c = released_,
          .pid = static_cast<uint32_t>(m->pid)});
  }
  publish_stance();
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

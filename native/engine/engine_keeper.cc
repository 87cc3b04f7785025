// What the keeper says, and what is left to do when it acted for us or died.
#include <sys/epoll.h>

#include "engine/engine.h"
#include "kernel/page_size.h"

namespace uffdscope {
namespace {

constexpr int64_t kKeeperLook = 200 * kMilli;
constexpr int64_t kKeeperMayStop = 1 * kSecond;
constexpr int64_t kKeeperMayWork = 10 * kSecond;  // for one reply; freezing takes 1.3 s at most
constexpr int64_t kTurn = 50 * kMilli;
constexpr int64_t kLook = 1 * kMilli;
constexpr int64_t kRetry = 50 * kMilli;

bool is_busy(KeeperRefusal why) {
  return why == KeeperRefusal::did_not_stop || why == KeeperRefusal::at_work ||
         why == KeeperRefusal::in_hand;
}

}  // namespace

void Engine::hear_keeper() {
  bool closed = false;
  while (auto k = keeper_.hear(closed)) on_keeper(*k);
  if (closed) keeper_died();
}

void Engine::on_keeper(const KeeperMessage& k) {
  if (k.say == KeeperSay::took_turn) return after_took_turn(k.count);
  Monitor* m = monitor(k.monitor);
  if (!m) return;
  switch (k.say) {
    case KeeperSay::armed:
      if (m->stance == Stance::arming) armed(*m, HandlerState::frozen, k.count);
      break;
    case KeeperSay::no_handler:
      if (m->stance == Stance::arming) {
        if (m->handler == HandlerState::frozen || m->handler == HandlerState::living) {
          notice(Notice::no_handler);
        }
        armed(*m, HandlerState::none, 0);
      }
      break;
    case KeeperSay::refused: {
      if (m->stance != Stance::arming) break;
      counters_.refusal = static_cast<uint8_t>(k.value);
      counters_.refused_by = k.pid;
      if (m->turn_for != TurnFor::none && wants_armed(*m) &&
          is_busy(static_cast<KeeperRefusal>(k.value))) {
        // It is busy with what we passed to it: it keeps its turn a little longer.
        m->stance = Stance::passing;
        m->next_check = now_ns() + kRetry;
        publish_stance();
        break;
      }
      m->stance = Stance::looking;
      m->handler = HandlerState::unfreezable;
      notice(Notice::handler_not_frozen);
      publish_stance();
      settle_arm_waiters(m->handler, static_cast<KeeperRefusal>(k.value), k.pid);
      // What still waits can only be handed back: the handler runs and we do not read beside it.
      forget_waiting(By::default_);
      break;
    }
    case KeeperSay::thawed:
      if (m->stance == Stance::passing && m->turn_until == 0) {
        m->turn_until = now_ns() + kTurn;
        m->next_check = now_ns() + kLook;
        m->handler = HandlerState::living;
        for (uint64_t seq : std::exchange(m->passing, {})) {
          auto* w = faults_.waiting(seq);
          if (!w) continue;
          By by = w->record.by;
          uint64_t from = w->record.page, page = uint64_t{1} << w->record.page_shift;
          (void)m->uffd.wake(from, page);
          finish_waiting(*m, *w, Action::pass, by, {Outcome::done});
          settle(*w, State::resolved, Action::pass, by, 0);
          resolve_outcome(seq, true, 0, "is handed back to the handler");
        }
        publish_stance();
      } else if (m->stance == Stance::leaving) {
        m->handler = HandlerState::living;
      }
      break;
    case KeeperSay::handler_gone:
      // A frozen thread died. Others may live; the next freeze will tell.
      tell({.type = LogType::owner_gone, .monitor = m->id, .pid = static_cast<uint32_t>(k.pid)});
      notice(Notice::owner_gone);
      if (m->handler == HandlerState::frozen && k.count == 0) m->handler = HandlerState::none;
      publish_stance();
      break;
    case KeeperSay::handler_seen:
      handler_seen(*m);
      break;
    default:
      break;
  }
}

/// Everything that waits was woken by somebody: none of it is ours any more.
void Engine::forget_waiting(By by) {
  std::vector<uint64_t> all;
  for (auto& [seq, w] : faults_.all_waiting()) all.push_back(seq);
  for (uint64_t seq : all) {
    auto* w = faults_.waiting(seq);
    if (by != By::keeper) {
      if (Monitor* m = monitor(w->record.monitor)) {
        (void)m->uffd.wake(w->record.page, uint64_t{1} << w->record.page_shift);
      }
    }
    bump(counters_.handed_back, 1);
    settle(*w, State::gone, Action::wake, by, 0, true);
    resolve_outcome(seq, false, 0, "was handed back");
  }
  for (auto& w : std::exchange(parked_, {})) resolve_outcome(w.seq, false, 0, "was handed back");
  work_ = {};
}

void Engine::after_took_turn(uint64_t pages) {
  Journal& journal = keeper_.journal();
  // A stop may come just before a read. What landed when we went on was not there yet when the
  // keeper emptied the journal: nobody else knows of it.
  for (size_t i = 0; i < monitors_.size(); ++i) {
    Monitor& m = *monitors_[i];
    for (auto& raw : journal.monitors[m.id].landing) {
      if (static_cast<uint8_t>(raw.word[0]) == abi::kEventPagefault) {
        const RangeInfo* range = m.ranges.find(raw.word[2]);
        uint64_t page = uint64_t{1} << (range ? range->page_shift : page_shift());
        (void)m.uffd.wake(raw.word[2] & ~(page - 1), page);
        ++pages;
      } else if (raw.word[0] != 0) {
        on_event(m, raw, now_ns());
      }
      raw.word[0] = 0;
    }
  }
  for (auto& m : monitors_) {
    poll_monitor(*m, false);
    m->passing.clear();
    m->turn_for = TurnFor::none;
    if (m->stance != Stance::left) m->stance = Stance::looking;
    if (m->handler == HandlerState::frozen) m->handler = HandlerState::living;
  }
  forget_waiting(By::keeper);
  tell({.type = LogType::took_turn, .a = pages, .by = By::keeper});
  notice(Notice::keeper_took_turn);
  journal.turn.store(static_cast<uint32_t>(Turn::engine), std::memory_order_release);
  waiting_for_turn_ = false;
  publish_stance();
  for (auto& m : monitors_) {
    if (wants_armed(*m)) request_arm(*m);
  }
}

/// Somebody waits on it. Where we took it that nobody lives (a handler that was long at work looks
/// like that) we were wrong: what we hold is its to answer. Unless the operator asked for more than
/// to look, give it back.
void Engine::handler_seen(Monitor& m) {
  const bool thought_dead = m.handler == HandlerState::none;
  if (m.handler == HandlerState::unknown || thought_dead) m.handler = HandlerState::living;
  publish_stance();
  if (!thought_dead || releasing_ || m.stance != Stance::armed || policy_.compete) return;
  notice(Notice::handler_lives);
  if (policy_.named || policy_.hold_on) {
    poll_monitor(m, false);
    m.stance = Stance::looking;
    return request_arm(m);
  }
  if (policy_.fallback == Default::hold) policy_.fallback = Default::pass;
  m.handler = HandlerState::frozen;  // the keeper froze it on sight
  begin_release(false, [](Released) {});
}

bool Engine::waits_for_keeper() const {
  for (const auto& m : monitors_) {
    if (m->stance == Stance::arming) return true;
    bool thawing = m->stance == Stance::passing && m->turn_until == 0;
    if (m->handler == HandlerState::frozen && (thawing || m->stance == Stance::leaving))
      return true;
  }
  return false;
}

/// It keeps us, and we keep it: a keeper that is stopped holds the handler for ever, and we could
/// not even leave. Once it is killed the kernel lets go of its threads, each where it can go on,
/// and another is started.
void Engine::watch_keeper(int64_t now) {
  if (now < keeper_look_ || !keeper_.running()) return;
  keeper_look_ = now + kKeeperLook;
  bool stopped = keeper_.stopped();
  if (!stopped && !waits_for_keeper()) {
    keeper_silent_since_ = 0;
    return;
  }
  if (keeper_silent_since_ == 0) keeper_silent_since_ = now;
  if (now - keeper_silent_since_ < (stopped ? kKeeperMayStop : kKeeperMayWork)) return;
  keeper_silent_since_ = 0;
  keeper_.kill();
}

/// The kernel let go of every thread it traced, so the handler runs: stop reading, hand back, start
/// another keeper.
void Engine::keeper_died() {
  if (!keeper_.running()) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, keeper_.channel(), nullptr);
  keeper_.drop();
  Journal& journal = keeper_.journal();
  for (auto& m : monitors_) {
    poll_monitor(*m, false);
    m->passing.clear();
    m->turn_for = TurnFor::none;
    if (m->stance != Stance::left && m->stance != Stance::leaving) m->stance = Stance::looking;
    if (m->handler == HandlerState::frozen) m->handler = HandlerState::living;
  }
  forget_waiting(By::default_);
  journal.turn.store(static_cast<uint32_t>(Turn::engine));
  notice(Notice::keeper_lost);
  if (auto started = keeper_.start(keeper_path_); !started) {
    settle_arm_waiters(HandlerState::unknown, KeeperRefusal::unwatched, 0);
    publish_stance();
    return;
  }
  epoll_event e{EPOLLIN, {.u64 = 1}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, keeper_.channel(), &e);
  for (auto& m : monitors_) {
    if (m->stance == Stance::left) continue;
    keeper_.say(KeeperSay::watch, m->id, m->pid, 0, m->ino, m->uffd.fd());
    if (wants_armed(*m)) request_arm(*m);
  }
  keep_children();
  publish_stance();
}

}  // namespace uffdscope

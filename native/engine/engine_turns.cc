// Whose turn it is: freezing the handler through the keeper, letting it run, and handing everything
// back.
#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include "engine/engine.h"
#include "kernel/fdinfo.h"

namespace uffdscope {
namespace {

constexpr int64_t kTurn = 50 * kMilli;
constexpr int64_t kLook = 1 * kMilli;
constexpr int64_t kRetry = 50 * kMilli;
constexpr size_t kWakeBatch =
    64;  // pages a millisecond, so that a handler is not flooded by what comes back

}  // namespace

bool Engine::lost_turn() const {
  return const_cast<KeeperLink&>(keeper_).journal().turn.load(std::memory_order_acquire) ==
         static_cast<uint32_t>(Turn::keeper);
}

/// Is there a reason to be the one who reads? Otherwise the handler should run.
bool Engine::wants_armed() const {
  if (releasing_) return false;
  bool answers = policy_.fallback != Default::pass || policy_.named;
  return answers || policy_.hold_on || !parked_.empty() ||
         !const_cast<FaultTable&>(faults_).all_waiting().empty();
}

void Engine::arm(std::function<void(HandlerState, KeeperRefusal, int32_t)> done) {
  post([this, done = std::move(done)]() mutable {
    if (monitors_.empty() || releasing_ || monitors_[0]->stance == Stance::left)
      return done(HandlerState::unknown, KeeperRefusal::unwatched, 0);
    Monitor& first = *monitors_[0];
    if (first.stance == Stance::armed || first.stance == Stance::passing) {
      return done(first.handler, KeeperRefusal::none, 0);
    }
    arm_waiters_.push_back(std::move(done));
    for (auto& m : monitors_) request_arm(*m);
  });
}

void Engine::set_hold(bool on, std::shared_ptr<FaultFilter> filter) {
  post([this, on, filter = std::move(filter)] {
    policy_.hold_on = on;
    policy_.hold_filter = filter;
    counters_.hold_on = on;
    tell({.type = LogType::hold, .a = on ? 1u : 0u, .by = By::operator_});
    bump(counters_.version, 1);
    for (auto& m : monitors_) {
      if (on) {
        request_arm(*m);
      } else if (m->stance == Stance::armed && !wants_armed()) {
        begin_turn(*m, TurnFor::pass);  // ends in `looking`, since nothing wants us armed
      }
    }
  });
}

void Engine::request_arm(Monitor& m) {
  if (m.stance != Stance::looking || m.gone) return;
  if (policy_.compete) return armed(m, HandlerState::living, 0);
  m.stance = Stance::arming;
  publish_stance();
  if (!keeper_.say(KeeperSay::arm, m.id)) keeper_died();
}

void Engine::armed(Monitor& m, HandlerState h, uint64_t threads) {
  const bool first_look = h == HandlerState::none && m.handler != HandlerState::none;
  const bool back_from_turn = m.turn_for != TurnFor::none && h == HandlerState::frozen;
  m.handler = h;
  m.stance = Stance::armed;
  m.turn_for = TurnFor::none;
  counters_.refusal = 0;
  publish_stance();
  if (!back_from_turn) {  // turns come by the hundred: their pass and event entries say enough
    tell({.type = LogType::stance,
          .monitor = m.id,
          .a = static_cast<uint64_t>(m.stance),
          .b = static_cast<uint64_t>(h),
          .c = threads,
          .pid = static_cast<uint32_t>(m.pid)});
  }
  if (first_look) {
    // Nobody lives to answer what was read before us: let those threads fault again, so that we see
    // them.
    for (const auto& r : m.ranges.all()) (void)m.uffd.wake(r.start, r.end - r.start);
  }
  poll_monitor(m, true);
  for (auto& w : parked_) {
    w.due = std::min<int64_t>(w.due, now_ns());
    work_.push(std::move(w));
  }
  parked_.clear();
  settle_arm_waiters(h, KeeperRefusal::none, 0);
}

void Engine::settle_arm_waiters(HandlerState h, KeeperRefusal why, int32_t pid) {
  auto waiters = std::move(arm_waiters_);
  arm_waiters_.clear();
  for (auto& w : waiters) w(h, why, pid);
}

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
      if (m->turn_for != TurnFor::none && wants_armed() &&
          static_cast<KeeperRefusal>(k.value) == KeeperRefusal::did_not_stop) {
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
          finish(*m, w->record, Action::pass, by, {Outcome::done, 0, 0, 0});
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
      if (m->handler == HandlerState::unknown) m->handler = HandlerState::living;
      publish_stance();
      break;
    default:
      break;
  }
}

/// Let the handler run: to read what we pass to it, or an event that is its own.
void Engine::begin_turn(Monitor& m, TurnFor why) {
  if (m.stance != Stance::armed) return;
  m.stance = Stance::passing;
  m.turn_for = why;
  m.turn_until = 0;
  m.next_check = now_ns() + kTurn;
  poll_monitor(m, false);
  publish_stance();
  if (m.handler == HandlerState::frozen) {
    if (!keeper_.say(KeeperSay::thaw, m.id)) keeper_died();
    return;
  }
  on_keeper({KeeperSay::thawed, m.id, 0, 0, 0, 0});
}

void Engine::check_turn(Monitor& m, int64_t now) {
  m.next_check = now + kLook;
  if (m.turn_until == 0) return;  // still to be thawed
  bool over = now >= m.turn_until;
  if (m.turn_for == TurnFor::pass) over = over || unread_faults(m) == 0;
  // The barrier matters for both: what we would answer while an event is outstanding gets EAGAIN.
  auto barrier = m.uffd.barrier();
  if (barrier == Userfaultfd::Barrier::gone) {
    m.gone = true;
    counters_.target_gone = true;
    notice(Notice::target_gone);
  }
  if (m.turn_for == TurnFor::event) over = barrier != Userfaultfd::Barrier::events;
  if (!over) return;
  m.stance = Stance::looking;
  if (wants_armed() || !m.passing.empty()) {
    request_arm(m);
  } else {
    m.turn_for = TurnFor::none;
    publish_stance();
    tell({.type = LogType::stance,
          .monitor = m.id,
          .a = static_cast<uint64_t>(m.stance),
          .b = static_cast<uint64_t>(m.handler),
          .pid = static_cast<uint32_t>(m.pid)});
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
    settle(*w, State::gone, Action::wake, by, 0);
    resolve_outcome(seq, false, 0, "was handed back");
  }
  for (auto& w : std::exchange(parked_, {})) resolve_outcome(w.seq, false, 0, "was handed back");
  work_ = {};
}

void Engine::after_took_turn(uint64_t pages) {
  Journal& journal = keeper_.journal();
  for (auto& m : monitors_) {
    poll_monitor(*m, false);
    for (auto& raw : journal.monitors[m->id].landing) raw.word[0] = 0;
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
  if (releasing_) return;
  for (auto& m : monitors_) {
    if (wants_armed()) request_arm(*m);
  }
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
    if (wants_armed()) request_arm(*m);
  }
  publish_stance();
}

/// A forked child's uffd that reading the FORK message gave us. Nobody else has it, so we answer
/// for it.
void Engine::adopt_child(const Monitor& parent, UniqueFd uffd) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/fdinfo/%d", uffd.get());
  char text[512];
  UniqueFd info(::open(path, O_RDONLY | O_CLOEXEC));
  ssize_t n = info ? ::read(info.get(), text, sizeof text) : -1;
  auto parsed =
      n > 0 ? parse_uffd_fdinfo(std::string_view(text, static_cast<size_t>(n))) : std::nullopt;
  if (!parsed) return;
  auto added = add_monitor(std::move(uffd), parent.pid, parsed->ino, parsed->features,
                           parsed->nonblocking(), parent.ranges.all());
  if (!added) return;
  armed(*monitor(*added), HandlerState::none, 0);
}

void Engine::release(bool leave, std::function<void(Released)> done) {
  post([this, leave, done = std::move(done)]() mutable { begin_release(leave, std::move(done)); });
}

void Engine::begin_release(bool leave, std::function<void(Released)> done) {
  release_waiters_.push_back(std::move(done));
  leaving_ = leaving_ || leave;
  if (releasing_) return;
  releasing_ = true;
  released_ = 0;
  policy_.hold_on = false;
  policy_.named = false;
  counters_.hold_on = false;
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
    settle(w, State::gone, Action::wake, By::operator_, 0);
    resolve_outcome(seq, false, 0, "was handed back");
  }
  if (faults_.all_waiting().empty()) finish_release();
}

void Engine::finish_release() {
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
          .c = released_,
          .pid = static_cast<uint32_t>(m->pid)});
  }
  publish_stance();
  if (leaving_) {
    quit_ = true;
    keeper_.say(KeeperSay::bye);
  }
  settle_arm_waiters(HandlerState::unknown, KeeperRefusal::unwatched, 0);
  for (auto& done : std::exchange(release_waiters_, {})) done({released_});
}

}  // namespace uffdscope

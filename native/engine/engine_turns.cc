// Whose turn it is: freezing the handler through the keeper, letting it run, and handing everything
// back.
#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include "engine/engine.h"
#include "kernel/fdinfo.h"
#include "kernel/page_size.h"

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
bool Engine::wants_armed(const Monitor& m) const {
  if (m.of_child) return !leaving_;  // no other handler is there to run
  if (releasing_) return false;
  bool answers = policy_.fallback != Default::pass || policy_.named;
  return answers || policy_.hold_on || rules_ || !scripts_.empty() || !parked_.empty() ||
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
      } else if (m->stance == Stance::armed && !wants_armed(*m)) {
        begin_turn(*m, TurnFor::pass);  // ends in `looking`, since nothing wants us armed
      }
    }
  });
}

void Engine::request_arm(Monitor& m) {
  if (m.stance != Stance::looking || m.gone) return;
  if (m.of_child) return armed(m, HandlerState::none, 0);
  if (policy_.compete) return armed(m, HandlerState::living, 0);
  m.stance = Stance::arming;
  publish_stance();
  if (const pid_t other = m.claim.take(m.ino)) {
    auto why = static_cast<uint64_t>(KeeperRefusal::claimed);
    return on_keeper({KeeperSay::refused, m.id, other, 0, why, 0});
  }
  if (!keeper_.say(KeeperSay::arm, m.id, 0, policy_.forgotten ? 1 : 0)) keeper_died();
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
  if (first_look && read_faults(m) != 0) {
    // Nobody lives to answer what was read before us: let those threads fault again, so that we see
    // them. What is unread comes to us as it is.
    wake_but_ours(m);
  }
  poll_monitor(m, !journal_full_);
  for (auto& w : parked_) {
    w.due = std::min<int64_t>(w.due, now_ns());
    work_.push(std::move(w));
  }
  parked_.clear();
  settle_arm_waiters(h, KeeperRefusal::none, 0);
}

void Engine::wake_but_ours(Monitor& m) {
  for (const auto& range : m.ranges.all()) {
    uint64_t from = range.start;  // the gaps between the pages that we hold
    for (uint64_t seq : faults_.waiting_in(range.start, range.end)) {
      const FaultRecord& f = faults_.waiting(seq)->record;
      if (f.monitor != m.id || f.page < from) continue;
      if (f.page > from) (void)m.uffd.wake(from, f.page - from);
      from = f.page + (uint64_t{1} << f.page_shift);
    }
    if (from < range.end) (void)m.uffd.wake(from, range.end - from);
  }
}

void Engine::settle_arm_waiters(HandlerState h, KeeperRefusal why, int32_t pid) {
  auto waiters = std::move(arm_waiters_);
  arm_waiters_.clear();
  for (auto& w : waiters) w(h, why, pid);
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
  if (barrier == Userfaultfd::Barrier::gone) mark_gone(m);
  if (m.turn_for == TurnFor::event) over = barrier != Userfaultfd::Barrier::events;
  if (!over) return;
  m.stance = Stance::looking;
  if (wants_armed(m) || !m.passing.empty()) {
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

}  // namespace uffdscope

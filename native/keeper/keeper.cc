#include "keeper/keeper.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>

#include "engine/clock.h"
#include "keeper/hand_back.h"
#include "keeper/waits.h"

namespace uffdscope {
namespace {

constexpr int64_t kParentLook = 100 * kMilli;      // while a handler may be frozen
constexpr int64_t kIdleParentLook = 500 * kMilli;  // while there is anything to keep
constexpr int64_t kStuckAfter = kSecond;
constexpr int64_t kSettleWithin = 100 * kMilli;
constexpr int64_t kDeathWithin = 500 * kMilli;

}  // namespace

Keeper::Keeper(Channel channel, JournalView journal, ParentWatch parent, UniqueFd child_signal)
    : channel_(std::move(channel)),
      journal_(journal),
      parent_(std::move(parent)),
      child_signal_(std::move(child_signal)),
      lookout_(::getpid(), parent_.pid(),
               [this](pid_t tid) -> std::optional<SystemCall> {
                 const FrozenThread* held = freezer_.find(tid);
                 if (held && held->frozen()) return held->call();
                 return std::nullopt;
               }),
      freezer_([this](const MonitorSet& monitors, pid_t pid, pid_t tid, const SystemCall& call) {
        return lookout_.meaning(monitors, pid, waits_on(pid, tid, call, false));
      }) {}

int64_t Keeper::due() const {
  int64_t due = std::min({freezer_.due(), lookout_.due(), wards_.due(), newborns_.due()});
  for (const Arming& arming : armings_) due = std::min(due, arming.due());
  for (const Thaw& thaw : thaws_) due = std::min(due, thaw.until);
  bool keeping = !lookout_.all().empty() || terminal_.guarding() || !freezer_.empty();
  return keeping || took_turn_at_ ? std::min(due, parent_due_) : due;
}

void Keeper::wait() {
  pollfd fds[] = {
      {channel_.fd(), static_cast<short>(POLLIN | (channel_.backlog() ? POLLOUT : 0)), 0},
      {parent_.pidfd(), POLLIN, 0},
      {child_signal_.get(), POLLIN, 0},
      {newborns_.fd(), POLLIN, 0}};  // -1 is passed over
  int64_t at = freezer_.more_to_reap() ? 0 : due();
  if (at == INT64_MAX) {
    ::ppoll(fds, 4, nullptr, nullptr);
  } else {
    int64_t left = std::max<int64_t>(0, at - now_ns());
    timespec timeout{left / kSecond, left % kSecond};
    ::ppoll(fds, 4, &timeout, nullptr);
  }
}

void Keeper::run() {
  channel_.say({KeeperSay::ready, 0, ::getpid(), 0, 0, 0});
  while (true) {
    wait();
    on_child_signal();  // first of all: a thread that was stopped in a call is mended here
    meet_newborns(now_ns());
    channel_.flush();
    hear();
    if (bye_) {
      freezer_.release_all();
      settle(kSettleWithin);
      return stay_for_wards();
    }
    if (channel_.closed() || parent_.dead()) {
      end_orphaned();
      return stay_for_wards();
    }
    int64_t now = now_ns();
    freezer_.on_time(now);
    if (now >= parent_due_) watch_parent(now);
    step_armings(now);
    if (now >= lookout_.due() && !lookout_.put_off(freezer_.moving(), now)) look(now);
    answer_thaws(now);
    newborns_.listen(lookout_.any_armed() || !armings_.empty(), now);
    if (now >= wards_.due()) wards_.look(now);
  }
}

void Keeper::on_child_signal() {
  signalfd_siginfo info;
  while (::read(child_signal_.get(), &info, sizeof info) > 0) {
  }  // one signal may stand for many stops
  for (const Freezer::Death& death : freezer_.reap()) {
    for (auto& [id, _] : lookout_.all()) {
      Watched& watched = *lookout_.find(id);
      std::erase_if(watched.readers, [&](const Reader& r) { return r.tid == death.tid; });
      if (!death.wanted_by.test(id) || is_arming(id)) continue;
      channel_.say({KeeperSay::handler_gone, id, death.tid,
                    static_cast<uint32_t>(watched.readers.size()), 0, 0});
    }
  }
}

void Keeper::look(int64_t now) {
  on_sightings(lookout_.look_some(now));
  for (const Lookout::Gone& gone : lookout_.forget_gone(now))
    if (!is_arming(gone.monitor))
      channel_.say({KeeperSay::handler_gone, gone.monitor, gone.last, 0, 0, 0});
}

void Keeper::on_sightings(const Lookout::Sightings& seen) {
  for (const Lookout::Sighting& s : seen.waiting)
    if (s.first && !is_arming(s.monitor))
      channel_.say({KeeperSay::handler_seen, s.monitor, s.reader.tid, 0, 0, 0});
  freeze_newcomers(seen, lookout_, freezer_);
}

// One that begins where a handler is frozen is stopped before it has run, and goes on from call to
// call until it comes to a wait for messages, or has had its time. Others are looked at.
void Keeper::meet_newborns(int64_t now) {
  for (const Newborn& newborn : newborns_.hear()) {
    if (newborn.pid == newborn.tid) {  // a process of its own, which may have inherited the uffd
      if (!lookout_.holds(newborn.parent_pid)) continue;
      lookout_.holders().look_at(newborn.pid);
    }
    if (!lookout_.holds(newborn.pid)) continue;
    bool met = false;
    for (const auto& [id, watched] : lookout_.all()) {
      bool beside_reader = watched.armed && freezer_.standing(id).frozen > 0 &&
                           std::ranges::count(watched.readers, newborn.pid, &Reader::pid) > 0;
      if (!beside_reader || !newborns_.may_stop_one(now)) continue;
      met = !freezer_.freeze(id, newborn.pid, newborn.tid, {});
    }
    if (!met) newborns_.follow(newborn, now);
  }
  for (const Newborn& young : newborns_.to_look_at(now))
    on_sightings(lookout_.look_at(young.pid, young.tid, now));
}

void Keeper::watch_parent(int64_t now) {
  terminal_.look();
  bool acting = journal_.armed() || !freezer_.empty();
  parent_due_ = now + (acting || took_turn_at_ ? kParentLook : kIdleParentLook);
  bool stopped = parent_.stopped();
  if (stopped && !std::exchange(was_stopped_, stopped)) terminal_.lend();
  was_stopped_ = stopped;
  if (took_turn_at_ != 0) {
    // The engine learns of it when it runs again, not when it merely could.
    if (stopped || journal_.heartbeat_ns() <= took_turn_at_) return;
    took_turn_at_ = 0;
    channel_.say({KeeperSay::took_turn, 0, 0, took_pages_, 0, 0});
    return;
  }
  if (!acting || journal_.keepers_turn()) return;
  // While we arm it waits for us; after that it has a second from our reply on.
  if (!armings_.empty()) sign_of_life_ = now;
  bool stuck = now - std::max(journal_.heartbeat_ns(), sign_of_life_) > kStuckAfter;
  if (stopped || stuck) take_turn(now);
}

void Keeper::take_turn(int64_t now) {
  if (!journal_.take_turn()) return;
  took_turn_at_ = now;
  uint64_t before = journal_.handed_back();
  give_back();
  took_pages_ = static_cast<uint32_t>(journal_.handed_back() - before);
}

// Thaw first, then wake.
void Keeper::give_back() {
  armings_.clear();
  for (const auto& [id, _] : lookout_.all()) lookout_.find(id)->armed = false;
  freezer_.release_all();
  settle(kSettleWithin);
  hand_back(journal_, lookout_, [this](int64_t ns) { pause(ns); });
}

void Keeper::end_orphaned() {
  journal_.take_turn();
  give_back();
  // The channel of a process that is being killed closes a little before it is dead. If it lives
  // on, the terminal is its own affair.
  pollfd death{parent_.pidfd(), POLLIN, 0};
  if (::poll(&death, 1, static_cast<int>(kDeathWithin / kMilli)) == 1) terminal_.restore();
}

/// A keeper no more, but one that holds what nobody else has: under a name of its own, so that it
/// may be named as a holder to attach by.
void Keeper::stay_for_wards() {
  const size_t children = wards_.count();
  if (children == 0) return;
  ::prctl(PR_SET_NAME, "uffdscope-ward");
  channel_.say({KeeperSay::stays, 0, ::getpid(), static_cast<uint32_t>(children),
                wards_.answer().packed(), 0});
  terminal_.forget();
  while (!lookout_.all().empty()) lookout_.unwatch(lookout_.all().begin()->first);
  channel_.close();
  wards_.stay();
}

void Keeper::settle(int64_t within) {
  int64_t end = now_ns() + within;
  while (freezer_.leaving() > 0 && now_ns() < end)
    pause(freezer_.more_to_reap() ? 0 : end - now_ns());
}

void Keeper::pause(int64_t ns) {
  pollfd fd{child_signal_.get(), POLLIN, 0};
  timespec timeout{ns / kSecond, ns % kSecond};
  ::ppoll(&fd, 1, &timeout, nullptr);
  on_child_signal();
}

}  // namespace uffdscope

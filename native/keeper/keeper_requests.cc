// What the engine asks of the keeper.
#include <algorithm>

#include "engine/clock.h"
#include "keeper/keeper.h"
#include "kernel/fdinfo.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr int64_t kThawWithin = 500 * kMilli;

// Never believed: that what came is a userfaultfd, and the one it is said to be.
bool is_uffd(int fd, uint64_t ino = 0) {
  auto text = read_proc_file(proc_dir(), ("self/fdinfo/" + std::to_string(fd)).c_str());
  auto info = text ? parse_uffd_fdinfo(*text) : std::nullopt;
  return info && info->initialized && (ino == 0 || info->ino == ino);
}

}  // namespace

bool Keeper::is_arming(uint32_t monitor) const {
  return std::ranges::find(armings_, monitor, &Arming::monitor) != armings_.end();
}

void Keeper::hear() {
  while (auto heard = channel_.hear()) {
    sign_of_life_ = now_ns();
    on_message(std::move(*heard));
  }
}

void Keeper::on_message(Channel::Heard heard) {
  const KeeperMessage& message = heard.message;
  switch (message.say) {
    case KeeperSay::watch:
      return watch(message, std::move(heard.fd));
    case KeeperSay::unwatch:
      return unwatch(message.monitor);
    case KeeperSay::arm:
      return arm(message.monitor, message.value == 1);
    case KeeperSay::thaw:
      return thaw(message.monitor);
    case KeeperSay::terminal:
      if (message.value == 1)
        terminal_.save(std::move(heard.fd), TerminalModes::from(message));
      else
        terminal_.forget();
      parent_due_ = 0;
      return;
    case KeeperSay::bye:
      bye_ = true;
      return;
    case KeeperSay::keep:
      return keep(message, std::move(heard.fd));
    case KeeperSay::ward_answer:
      return wards_.answer_with(WardAnswer::from(message.value));
    default:
      return;  // of a later version: nothing that we could do half of
  }
}

void Keeper::watch(const KeeperMessage& message, UniqueFd uffd) {
  uint32_t monitor = message.monitor;
  if (monitor == 0 || monitor > kMaxMonitors || !uffd || !is_uffd(uffd.get(), message.ino)) {
    channel_.say(
        {KeeperSay::refused, monitor, 0, 0, static_cast<uint64_t>(KeeperRefusal::unwatched), 0});
    return;
  }
  unwatch(monitor);
  Watched watched;
  watched.target = message.pid;
  watched.ino = message.ino;
  watched.uffd = std::move(uffd);
  lookout_.watch(monitor, std::move(watched), now_ns());
  parent_due_ = 0;
}

void Keeper::keep(const KeeperMessage& message, UniqueFd uffd) {
  if (!uffd || !is_uffd(uffd.get())) return;
  wards_.answer_with(WardAnswer::from(message.value));
  wards_.take(std::move(uffd));
}

void Keeper::unwatch(uint32_t monitor) {
  std::erase_if(armings_, [&](const Arming& arming) { return arming.monitor() == monitor; });
  freezer_.release(monitor);
  lookout_.unwatch(monitor);
}

void Keeper::arm(uint32_t monitor, bool forgotten) {
  Watched* watched = lookout_.find(monitor);
  auto refuse = [&](KeeperRefusal why) {
    channel_.say({KeeperSay::refused, monitor, 0, 0, static_cast<uint64_t>(why), 0});
  };
  if (!watched) return refuse(KeeperRefusal::unwatched);
  // Asked before it was stopped, or before it has heard that we acted for it: nobody would let go.
  if (journal_.keepers_turn() || parent_.stopped()) return refuse(KeeperRefusal::did_not_stop);
  Freezer::Standing standing = freezer_.standing(monitor);
  if (watched->armed && standing.frozen > 0 && standing.in_transit == 0) {
    channel_.say({KeeperSay::armed, monitor, 0, standing.frozen,
                  static_cast<uint64_t>(standing.longest_stop_ns), 0});
    return;
  }
  // Before any thread is interrupted: between its stop and our mending of the call that the stop
  // broke nothing slow may stand, or our death in between is an EINTR for it.
  newborns_.listen(true, now_ns());
  if (!is_arming(monitor))
    armings_.emplace_back(monitor, now_ns(), forgotten,
                          [this](uint32_t id) { return journal_.in_hand(id); });
  parent_due_ = 0;
}

void Keeper::step_armings(int64_t now) {
  std::erase_if(armings_, [&](Arming& arming) {
    auto reply = arming.step(now, lookout_, freezer_);
    if (reply) {
      channel_.say(*reply);
      sign_of_life_ = now;
      lookout_.hurry(now);  // the pace while armed is another
    }
    return reply.has_value();
  });
}

void Keeper::thaw(uint32_t monitor) {
  std::erase_if(armings_, [&](const Arming& arming) { return arming.monitor() == monitor; });
  if (Watched* watched = lookout_.find(monitor)) watched->armed = false;
  std::vector<pid_t> released = freezer_.release(monitor);
  auto count = static_cast<uint32_t>(released.size());
  thaws_.push_back({monitor, count, std::move(released), now_ns() + kThawWithin});
}

// Only when all of them run: the engine wakes pages next, which must not meet a sleeping handler.
void Keeper::answer_thaws(int64_t now) {
  std::erase_if(thaws_, [&](Thaw& thaw) {
    std::erase_if(thaw.leaving, [&](pid_t tid) { return freezer_.find(tid) == nullptr; });
    if (!thaw.leaving.empty() && now < thaw.until) return false;
    channel_.say({KeeperSay::thawed, thaw.monitor, 0, thaw.count, 0, 0});
    return true;
  });
}

}  // namespace uffdscope

#include "keeper/arming.h"

#include <algorithm>
#include <utility>

#include "engine/clock.h"
#include "keeper/io_uring_readers.h"
#include "kernel/fdinfo.h"
#include "kernel/procfs.h"
#include "kernel/scan_fds.h"

namespace uffdscope {
namespace {

constexpr int64_t kLookForAnyone = 250 * kMilli;
constexpr int64_t kWaitForBusy = kSecond;
constexpr int64_t kSettleWithin = kWaitForBusy + 300 * kMilli;
// A busy handler is back in its wait within microseconds; being stopped at work is for those that
// are not.
constexpr int64_t kLeaveAlone = 20 * kMilli;
constexpr int64_t kBetweenBystanders = 20 * kMilli;
constexpr std::string_view kKeeperComm = "uffdscope-keepe";  // 15 bytes are kept of a comm

// A suspect that was run on and neither waited nor read is none.
bool cleared(const Reader& reader, const Freezer& freezer) {
  return !reader.sure && freezer.failures(reader.tid) > 0;
}

// It was run on in vain, and sleeps in some other call.
bool parked(const Reader& reader, const Freezer& freezer) {
  return freezer.failures(reader.tid) > 0 &&
         look_at_thread(reader.pid, reader.tid).state == ThreadLook::State::in_call;
}

}  // namespace

KeeperMessage Arming::refused(KeeperRefusal why, pid_t pid) const {
  return {KeeperSay::refused, monitor_, pid, 0, static_cast<uint64_t>(why), 0};
}

std::optional<KeeperMessage> Arming::begin(Lookout& lookout, int64_t now) {
  looked_ = true;
  // Turns come twenty a second; a new holder is found by the lookout's own round meanwhile.
  lookout.holders().look_at_all(lookout.find(monitor_)->readers.empty() ? now : now - 5 * kSecond);
  lookout.forget_gone(now);
  for (const Holders::Holder& holder : lookout.holders().of(lookout.find(monitor_)->ino)) {
    if (auto worker = io_uring_worker_in_uffd(holder.pid))
      return refused(KeeperRefusal::io_uring, *worker);
    if (polls_by_io_uring(holder.pid)) ring_poller_ = holder.pid;  // before we disturb it
    auto stat = read_stat(proc_dir(), std::to_string(holder.pid));
    if (!stat || stat->comm != kKeeperComm) continue;
    of_others_.insert(holder.pid);
    if (stat->ppid > 1) of_others_.insert(stat->ppid);  // 1: a keeper that outlived its uffdscope
  }
  return std::nullopt;
}

std::optional<KeeperMessage> Arming::freeze_seen(int64_t now, const Lookout::Sightings& seen,
                                                 const Watched& watched, Freezer& freezer) {
  auto freeze = [&](const Reader& r, const SystemCall& call) -> std::optional<KeeperMessage> {
    const FrozenThread* held = freezer.find(r.tid);
    if (held && held->wanted_by.test(monitor_)) return std::nullopt;
    if (of_others_.contains(r.pid)) return refused(KeeperRefusal::traced, r.pid);
    auto refusal = freezer.freeze(monitor_, r.pid, r.tid, call);
    if (!refusal) return std::nullopt;
    // The kernel lets nobody trace those, whatever the permissions (ptrace_attach()).
    if (is_io_uring_worker(r.pid, r.tid)) return refused(KeeperRefusal::io_uring, r.tid);
    return refused(refusal->why, refusal->pid);
  };
  for (const Lookout::Sighting& sighting : seen.waiting)
    if (auto no = freeze(sighting.reader, sighting.reader.call)) return no;
  if (now - begun_ < kLeaveAlone || now - begun_ > kWaitForBusy) return std::nullopt;
  bool somebody = freezer.standing(monitor_).frozen > 0;
  for (const Reader& reader : watched.readers) {
    if (cleared(reader, freezer) || (somebody && parked(reader, freezer))) continue;
    if (auto no = freeze(reader, {})) return no;
  }
  return std::nullopt;
}

// While nobody reads, only signals make the counts fall: they take a thread out of its fault, to
// which it comes back. That a message is read shows as more faults that wait unanswered and not
// unread.
void Arming::note_activity(const Watched& watched) {
  auto text =
      read_proc_file(proc_dir(), ("self/fdinfo/" + std::to_string(watched.uffd.get())).c_str());
  auto info = text ? parse_uffd_fdinfo(*text) : std::nullopt;
  if (!info) return;
  uint64_t read = info->total - std::min(info->total, info->pending);
  read -= std::min(read, ours_(monitor_));
  if (counted_) {
    read_seen_ = read_seen_ || read > unanswered_ - unread_;
    fell_ = fell_ || info->pending < unread_ || read < unanswered_ - unread_;
  }
  counted_ = true;
  unread_ = info->pending;
  unanswered_ = info->pending + read;
}

void Arming::look_at_bystanders(Lookout& lookout, int64_t now) {
  if (now < bystanders_due_) return;
  const Watched& watched = *lookout.find(monitor_);
  bystanders_.look(lookout.holders().of(watched.ino), of_others_, watched.target, now);
  bystanders_due_ = now + std::max(kBetweenBystanders, 4 * (now_ns() - now));
}

bool Arming::held_for_us(const Reader& reader, const Freezer& freezer) const {
  const FrozenThread* held = freezer.find(reader.tid);
  return held && held->frozen() && held->wanted_by.test(monitor_);
}

Arming::Missing Arming::missing(const Watched& watched, const Freezer& freezer) const {
  Missing missing;
  for (const Reader& reader : watched.readers) {
    if (cleared(reader, freezer)) continue;
    missing.anyone = true;
    if (held_for_us(reader, freezer)) continue;
    const FrozenThread* held = freezer.find(reader.tid);
    missing.pid = reader.pid;
    missing.tid = reader.tid;
    missing.sure = missing.sure || reader.sure;
    if (held || !parked(reader, freezer)) missing.all_parked = false;
  }
  return missing;
}

KeeperMessage Arming::nobody(Lookout& lookout, uint64_t ino) const {
  for (const Holders::Holder& holder : lookout.holders().of(ino)) {
    if (auto worker = io_uring_worker_in_uffd(holder.pid))
      return refused(KeeperRefusal::io_uring, *worker);
    if (holder.pid == ring_poller_ || polls_by_io_uring(holder.pid))
      return refused(KeeperRefusal::io_uring, holder.pid);
    auto stat = read_stat(proc_dir(), std::to_string(holder.pid));
    if (stat && stat->state == 'T')  // where its threads wait when they run does not show
      return refused(KeeperRefusal::did_not_stop, holder.pid);
  }
  if (unseen_) return refused(KeeperRefusal::not_permitted, unseen_);
  pid_t target = lookout.find(monitor_)->target;
  if (uffds_held_by(proc_dir(), target).sight == HeldByProcess::Sight::refused)
    return refused(KeeperRefusal::not_permitted, target);
  return {KeeperSay::no_handler, monitor_, 0, 0, 0, 0};
}

std::optional<KeeperMessage> Arming::look(int64_t now, Lookout& lookout, Freezer& freezer) {
  Watched& watched = *lookout.find(monitor_);
  if (!looked_)
    if (auto reply = begin(lookout, now)) return reply;
  note_activity(watched);
  Lookout::Sightings seen = lookout.look_fully(monitor_, now);
  if (seen.refused) unseen_ = seen.refused;
  if (auto reply = freeze_seen(now, seen, watched, freezer)) return reply;
  lookout.forget_gone(now);
  // Never behind an interrupt: it takes its time, and the thread's broken call waits to be mended.
  Freezer::Standing standing = freezer.standing(monitor_);
  if (standing.frozen == 0 && standing.in_transit == 0) look_at_bystanders(lookout, now);
  looked_at_ = now_ns();
  int64_t cost = looked_at_ - now;
  due_ = now + std::max({kMilli, 2 * cost, (now - begun_) / 32});
  return std::nullopt;
}

std::optional<KeeperMessage> Arming::verdict(int64_t now, Lookout& lookout,
                                             const Freezer& freezer) const {
  const Watched& watched = *lookout.find(monitor_);
  Freezer::Standing standing = freezer.standing(monitor_);
  Missing absent = missing(watched, freezer);
  int64_t age = now - begun_;
  bool late = age > kWaitForBusy;
  // With several readers EAGAIN is part of their lives: one that sleeps elsewhere is not waited for
  // long, and frozen when it comes to its wait after all.
  if (standing.frozen > 0 && standing.in_transit == 0 &&
      (absent.tid == 0 || (age > kLookForAnyone && absent.all_parked))) {
    auto longest = static_cast<uint64_t>(standing.longest_stop_ns);
    return KeeperMessage{KeeperSay::armed, monitor_, 0, standing.frozen, longest, 0};
  }
  if (!absent.anyone && age > kLookForAnyone) {
    KeeperMessage reply = nobody(lookout, watched.ino);
    // Somebody answers whom we can't find, or is perhaps at work: not to be read beside, and not to
    // be called dead.
    bool nobody_else = !somebody_answers() && !bystanders_.may_answer(in_hand(), now);
    if (nobody_else || reply.say == KeeperSay::refused) return reply;
  }
  if (!late || (standing.in_transit > 0 && age < kSettleWithin)) return std::nullopt;
  if (!absent.sure || absent.pid == ring_poller_) {
    KeeperMessage better = nobody(lookout, watched.ino);
    if (better.say == KeeperSay::refused) return better;
  }
  if (absent.tid == 0)
    if (auto who = bystanders_.may_answer(in_hand(), now))
      return refused(in_hand() ? KeeperRefusal::in_hand : KeeperRefusal::at_work, *who);
  return refused(KeeperRefusal::did_not_stop, absent.tid);
}

std::optional<KeeperMessage> Arming::step(int64_t now, Lookout& lookout, Freezer& freezer) {
  Watched* watched = lookout.find(monitor_);
  if (!watched) return refused(KeeperRefusal::unwatched, 0);
  // A stop wakes the keeper by itself, many times while threads run on; looks have a pace of
  // theirs.
  bool looking = now >= due_;
  if (freezer.moving()) {
    stale_ = true;
    if (looking && now < looked_at_ + kBetweenLooksWhileMoving) {
      due_ = looked_at_ + kBetweenLooksWhileMoving;
      looking = false;
    }
  } else if (std::exchange(stale_, false) && freezer.standing(monitor_).frozen == 0) {
    looking = true;  // before nobody is said to be there: where they are now decides
  }
  std::optional<KeeperMessage> reply;
  if (looking) reply = look(now, lookout, freezer);
  if (!reply && (looking || freezer.standing(monitor_).in_transit == 0))
    reply = verdict(now, lookout, freezer);
  if (!reply) return std::nullopt;
  watched->armed = reply->say != KeeperSay::refused;
  for (Reader& reader : watched->readers)  // whoever is held was at a wait or at a read
    if (held_for_us(reader, freezer)) reader.sure = true;
  if (reply->say != KeeperSay::armed) freezer.release(monitor_);
  return reply;
}

void freeze_newcomers(const Lookout::Sightings& seen, Lookout& lookout, Freezer& freezer) {
  auto freeze = [&](const Lookout::Sighting& s) {
    Watched* watched = lookout.find(s.monitor);
    if (watched && watched->armed && !cleared(s.reader, freezer))
      freezer.freeze(s.monitor, s.reader.pid, s.reader.tid, s.reader.call);
  };
  std::ranges::for_each(seen.waiting, freeze);
  std::ranges::for_each(seen.busy, freeze);
}

}  // namespace uffdscope

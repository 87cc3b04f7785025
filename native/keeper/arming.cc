#include "keeper/arming.h"

#include <algorithm>

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
constexpr std::string_view kKeeperComm = "uffdscope-keepe";  // 15 bytes are kept of a comm

// A suspect that was run on and neither waited nor read is none.
bool cleared(const Reader& reader, const Freezer& freezer) {
  return !reader.sure && freezer.failures(reader.tid) > 0;
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
    if (stat && stat->comm == kKeeperComm) of_others_.insert(stat->ppid);
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
  for (const Reader& reader : watched.readers) {
    if (cleared(reader, freezer)) continue;
    if (auto no = freeze(reader, {})) return no;
  }
  return std::nullopt;
}

// The counts of unread and of unanswered faults only rise while nobody reads.
void Arming::note_activity(const Watched& watched) {
  auto text =
      read_proc_file(proc_dir(), ("self/fdinfo/" + std::to_string(watched.uffd.get())).c_str());
  auto info = text ? parse_uffd_fdinfo(*text) : std::nullopt;
  if (!info) return;
  active_ = active_ || info->pending < unread_ || info->total < unanswered_;
  unread_ = info->pending;
  unanswered_ = info->total;
}

Arming::Missing Arming::missing(const Watched& watched, const Freezer& freezer) const {
  Missing missing;
  for (const Reader& reader : watched.readers) {
    if (cleared(reader, freezer)) continue;
    missing.anyone = true;
    const FrozenThread* held = freezer.find(reader.tid);
    if (held && held->frozen() && held->wanted_by.test(monitor_)) continue;
    missing.pid = reader.pid;
    missing.tid = reader.tid;
    missing.sure = missing.sure || reader.sure;
    if (held || freezer.failures(reader.tid) < 2 ||
        look_at_thread(reader.pid, reader.tid).state != ThreadLook::State::in_call)
      missing.all_parked = false;
  }
  return missing;
}

std::optional<KeeperMessage> Arming::nobody(const Lookout::Sightings& seen, Lookout& lookout,
                                            uint64_t ino) const {
  for (const Holders::Holder& holder : lookout.holders().of(ino)) {
    if (auto worker = io_uring_worker_in_uffd(holder.pid))
      return refused(KeeperRefusal::io_uring, *worker);
    if (holder.pid == ring_poller_ || polls_by_io_uring(holder.pid))
      return refused(KeeperRefusal::io_uring, holder.pid);
  }
  if (seen.refused) return refused(KeeperRefusal::not_permitted, seen.refused);
  pid_t target = lookout.find(monitor_)->target;
  if (uffds_held_by(proc_dir(), target).sight == HeldByProcess::Sight::refused)
    return refused(KeeperRefusal::not_permitted, target);
  return KeeperMessage{KeeperSay::no_handler, monitor_, 0, 0, 0, 0};
}

std::optional<KeeperMessage> Arming::step(int64_t now, Lookout& lookout, Freezer& freezer) {
  Watched* watched = lookout.find(monitor_);
  if (!watched) return refused(KeeperRefusal::unwatched, 0);
  std::optional<KeeperMessage> reply;
  if (!looked_) reply = begin(lookout, now);
  note_activity(*watched);
  Lookout::Sightings seen;
  if (!reply) {
    seen = lookout.look_fully(monitor_, now);
    reply = freeze_seen(now, seen, *watched, freezer);
  }
  Freezer::Standing standing = freezer.standing(monitor_);
  Missing absent = missing(*watched, freezer);
  bool settled = standing.frozen > 0 && standing.in_transit == 0;
  bool late = now - begun_ > kWaitForBusy;
  if (!reply && settled && (absent.tid == 0 || (late && absent.all_parked)))
    reply = KeeperMessage{KeeperSay::armed,
                          monitor_,
                          0,
                          standing.frozen,
                          static_cast<uint64_t>(standing.longest_stop_ns),
                          0};
  if (!reply && !absent.anyone && now - begun_ > kLookForAnyone) {
    reply = nobody(seen, lookout, watched->ino);
    // Somebody answers whom we can't find: not to be read beside, and not to be called dead.
    if (active_ && reply->say == KeeperSay::no_handler) reply.reset();
  }
  if (!reply && late && (standing.in_transit == 0 || now - begun_ > kSettleWithin)) {
    if (!absent.sure || absent.pid == ring_poller_)
      reply = nobody(seen, lookout, watched->ino);  // for a better reason
    if (!reply || reply->say == KeeperSay::no_handler)
      reply = refused(KeeperRefusal::did_not_stop, absent.tid);
  }
  if (reply) {
    watched->armed = reply->say != KeeperSay::refused;
    if (reply->say == KeeperSay::armed)  // whoever is held was at a wait or a read
      for (Reader& reader : watched->readers) reader.sure = !cleared(reader, freezer);
    if (reply->say != KeeperSay::armed) freezer.release(monitor_);
    return reply;
  }
  lookout.forget_gone(now);
  // A stop wakes the keeper by itself; this is the pace of looking for those still at work.
  int64_t cost = now_ns() - now;
  due_ = now + std::max({kMilli, 2 * cost, (now - begun_) / 32});
  return std::nullopt;
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

#include "keeper/lookout.h"

#include <fcntl.h>

#include <algorithm>
#include <set>

#include "engine/clock.h"
#include "keeper/waits.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr size_t kThreadsALook = 200;
constexpr size_t kProcessesALook = 20;
constexpr int64_t kYoungPause = 100 * kMilli;  // in the first second with a uffd
constexpr int64_t kIdlePause = 500 * kMilli;
constexpr int64_t kArmedPause = 50 * kMilli;
constexpr int64_t kHoldersPause = 450 * kMilli;
constexpr int64_t kStaleAfter = 30 * kSecond;
constexpr int64_t kSuspectFor = 2 * kSecond;

bool ended(pid_t pid, pid_t tid) {
  auto stat = read_stat(proc_dir(), task_path(pid, tid));
  return !stat || stat->dead();
}

}  // namespace

bool Watched::nonblocking() const {
  int flags = ::fcntl(uffd.get(), F_GETFL);
  return flags < 0 || (flags & O_NONBLOCK) != 0;
}

void Lookout::watch(uint32_t monitor, Watched watched, int64_t now) {
  holders_.look_at(watched.target);
  watched_.insert_or_assign(monitor, std::move(watched));
  newest_ = due_ = now;
}

void Lookout::unwatch(uint32_t monitor) {
  watched_.erase(monitor);
  if (watched_.empty()) due_ = INT64_MAX;
}

Watched* Lookout::find(uint32_t monitor) {
  auto it = watched_.find(monitor);
  return it == watched_.end() ? nullptr : &it->second;
}

void Lookout::look_at_process(const Holders::Holder& holder, std::span<const pid_t> tids,
                              int64_t now, Sightings& into) {
  for (pid_t tid : tids) {
    std::optional<SystemCall> held = held_(tid);
    ThreadLook look{ThreadLook::State::in_call, held.value_or(SystemCall{})};
    if (!held) look = look_at_thread(holder.pid, tid);
    if (look.state == ThreadLook::State::refused) into.refused = holder.pid;
    bool read_seen = false;
    if (look.state == ThreadLook::State::in_call) {
      WaitsOn waits = waits_on(holder.pid, tid, look.call, !held);
      for (auto& [monitor, watched] : watched_) {
        Meaning meaning = meaning_for(watched, holder.pid, waits);
        if (meaning == Meaning::other) continue;
        read_seen = true;
        note(monitor, {holder.pid, tid, look.call, now, true}, meaning, into);
      }
    }
    bool may_read =
        look.state == ThreadLook::State::in_call || look.state == ThreadLook::State::runs;
    if (!held && !read_seen && may_read && counts_.suspect(holder.pid, tid, now))
      note_suspect(holder, tid, now, into);
  }
}

void Lookout::note(uint32_t monitor, const Reader& reader, Meaning meaning, Sightings& into) {
  std::vector<Reader>& readers = watched_.at(monitor).readers;
  auto known = std::ranges::find(readers, reader.tid, &Reader::tid);
  bool first = known == readers.end() || !known->sure;
  if (known == readers.end())
    readers.push_back(reader);
  else
    *known = reader;
  (meaning == Meaning::wait ? into.waiting : into.busy).push_back({monitor, reader, first});
}

// Of a thread that reads some uffd it can't be told which: it is suspected for each that its
// process holds.
void Lookout::note_suspect(const Holders::Holder& holder, pid_t tid, int64_t now, Sightings& into) {
  for (auto& [monitor, watched] : watched_) {
    if (!holders_.fds_of(holder.pid, watched.ino)) continue;
    auto known = std::ranges::find(watched.readers, tid, &Reader::tid);
    if (known != watched.readers.end()) {
      known->seen_at = now;
      continue;
    }
    Reader suspect{holder.pid, tid, {}, now, false};
    watched.readers.push_back(suspect);
    into.busy.push_back({monitor, suspect, true});
  }
}

FrozenThread::Meaning Lookout::meaning(const MonitorSet& monitors, pid_t pid,
                                       const WaitsOn& waits) const {
  Meaning best = Meaning::other;
  for (const auto& [monitor, watched] : watched_) {
    if (!monitors.test(monitor)) continue;
    Meaning meaning = meaning_for(watched, pid, waits);
    if (meaning == Meaning::wait) return meaning;
    if (meaning == Meaning::read) best = meaning;
  }
  return best;
}

Lookout::Meaning Lookout::meaning_for(const Watched& watched, pid_t pid,
                                      const WaitsOn& waits) const {
  const std::vector<int>* fds = waits.fds.empty() ? nullptr : holders_.fds_of(pid, watched.ino);
  if (!fds || !is_wait_for(waits, *fds)) return Meaning::other;
  return waits.by_read && watched.nonblocking() ? Meaning::read : Meaning::wait;
}

Lookout::Sightings Lookout::look_fully(uint32_t monitor, int64_t now) {
  looked_at_ = now;
  Sightings seen;
  Watched* watched = find(monitor);
  if (!watched) return seen;
  for (const Holders::Holder& holder : holders_.of(watched->ino))
    look_at_process(holder, threads_of(holder.pid), now, seen);
  std::erase_if(seen.waiting, [&](const Sighting& s) { return s.monitor != monitor; });
  return seen;
}

Lookout::Sightings Lookout::look_at(pid_t pid, pid_t tid, int64_t now) {
  Sightings seen;
  look_at_process({pid, {}}, std::span(&tid, 1), now, seen);
  return seen;
}

bool Lookout::holds(pid_t pid) const {
  return std::ranges::any_of(
      watched_, [&](const auto& entry) { return holders_.fds_of(pid, entry.second.ino); });
}

bool Lookout::any_armed() const {
  return std::ranges::any_of(watched_, [](const auto& w) { return w.second.armed; });
}

std::vector<Holders::Holder> Lookout::all_holders() const {
  std::vector<Holders::Holder> all;
  std::set<pid_t> seen;
  for (const auto& [monitor, watched] : watched_)
    for (Holders::Holder& holder : holders_.of(watched.ino))
      if (seen.insert(holder.pid).second) all.push_back(std::move(holder));
  return all;
}

bool Lookout::put_off(bool moving, int64_t now) {
  int64_t next = looked_at_ + kBetweenLooksWhileMoving;
  if (!moving || now >= next) return false;
  due_ = next;
  return true;
}

Lookout::Sightings Lookout::look_some(int64_t now) {
  looked_at_ = now;
  Sightings seen;
  // Descriptors change hands rarely; threads come to their waits all the time.
  if (now - holders_looked_at_ >= (now - newest_ < kSecond ? kYoungPause : kHoldersPause)) {
    holders_.look_at_some(kProcessesALook);
    holders_looked_at_ = now;
  }
  std::vector<Holders::Holder> all = all_holders();
  std::erase_if(rolls_, [&](const auto& roll) {
    return std::ranges::find(all, roll.first, &Holders::Holder::pid) == all.end();
  });
  for (const Holders::Holder& holder : all) {
    auto roll = rolls_.try_emplace(holder.pid, holder.pid).first;
    std::vector<pid_t> tids = roll->second.next(kThreadsALook / all.size() + 1);
    if (tids.empty()) tids = roll->second.next(kThreadsALook / all.size() + 1);
    look_at_process(holder, tids, now, seen);
  }
  due_ = now + pause(now, now_ns() - now);
  return seen;
}

int64_t Lookout::pause(int64_t now, int64_t cost) const {
  if (any_armed()) return std::max(kArmedPause, 20 * cost);
  return std::max(now - newest_ < kSecond ? kYoungPause : kIdlePause, 300 * cost);
}

std::vector<Lookout::Gone> Lookout::forget_gone(int64_t now) {
  std::vector<Gone> gone;
  for (auto& [monitor, watched] : watched_) {
    std::vector<Reader>& readers = watched.readers;
    auto last = std::ranges::find(readers, true, &Reader::sure);
    pid_t last_tid = last == readers.end() ? 0 : last->tid;
    // In a pool every thread is a reader once; who has long been elsewhere is none now.
    auto newest = std::ranges::max_element(readers, {}, &Reader::seen_at);
    bool others = newest != readers.end() && now - newest->seen_at < kStaleAfter;
    std::erase_if(readers, [&](const Reader& reader) {
      int64_t age = now - reader.seen_at;
      return (reader.sure ? others && age > kStaleAfter : age > kSuspectFor) ||
             !holders_.fds_of(reader.pid, watched.ino) || ended(reader.pid, reader.tid);
    });
    if (last_tid != 0 && std::ranges::none_of(readers, &Reader::sure))
      gone.push_back({monitor, last_tid});
  }
  counts_.forget_old(now);
  return gone;
}

}  // namespace uffdscope

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
constexpr int64_t kStaleAfter = 30 * kSecond;

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
    if (look.state != ThreadLook::State::in_call) continue;
    WaitsOn waits = waits_on(holder.pid, tid, look.call, !held);
    if (waits.fds.empty()) continue;
    for (auto& [monitor, watched] : watched_) {
      for (const Holders::Holder& one : holders_.of(watched.ino)) {
        if (one.pid != holder.pid) continue;
        bool waiting = is_wait_for(waits, one.fds, watched.nonblocking());
        // A read on a non-blocking uffd is no wait, but it tells who the reader is.
        if (!waiting && !is_wait_for(waits, one.fds, false)) continue;
        auto known = std::ranges::find(watched.readers, tid, &Reader::tid);
        bool first = known == watched.readers.end();
        Reader reader{holder.pid, tid, look.call, now};
        if (first)
          watched.readers.push_back(reader);
        else
          *known = reader;
        if (waiting) into.waiting.push_back({monitor, reader, first});
      }
    }
  }
}

Lookout::Sightings Lookout::look_fully(uint32_t monitor, int64_t now) {
  Sightings seen;
  Watched* watched = find(monitor);
  if (!watched) return seen;
  for (const Holders::Holder& holder : holders_.of(watched->ino))
    look_at_process(holder, threads_of(holder.pid), now, seen);
  std::erase_if(seen.waiting, [&](const Sighting& s) { return s.monitor != monitor; });
  return seen;
}

std::vector<Holders::Holder> Lookout::all_holders() const {
  std::vector<Holders::Holder> all;
  std::set<pid_t> seen;
  for (const auto& [monitor, watched] : watched_)
    for (Holders::Holder& holder : holders_.of(watched.ino))
      if (seen.insert(holder.pid).second) all.push_back(std::move(holder));
  return all;
}

Lookout::Sightings Lookout::look_some(int64_t now) {
  Sightings seen;
  holders_.look_at_some(kProcessesALook);
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
  bool armed = std::ranges::any_of(watched_, [](const auto& w) { return w.second.armed; });
  if (armed) return std::max(50 * kMilli, 20 * cost);
  return std::max(now - newest_ < kSecond ? 100 * kMilli : 500 * kMilli, 200 * cost);
}

std::vector<Lookout::Gone> Lookout::forget_gone(int64_t now) {
  std::vector<Gone> gone;
  for (auto& [monitor, watched] : watched_) {
    std::vector<Holders::Holder> holders = holders_.of(watched.ino);
    size_t before = watched.readers.size();
    pid_t last = before ? watched.readers.back().tid : 0;
    std::erase_if(watched.readers, [&](const Reader& reader) {
      return std::ranges::find(holders, reader.pid, &Holders::Holder::pid) == holders.end() ||
             ended(reader.pid, reader.tid);
    });
    // In a pool every thread is a reader once; who has long been elsewhere is none now.
    auto newest = std::ranges::max_element(watched.readers, {}, &Reader::seen_at);
    if (newest != watched.readers.end() && now - newest->seen_at < kStaleAfter)
      std::erase_if(watched.readers,
                    [&](const Reader& reader) { return now - reader.seen_at > kStaleAfter; });
    if (before && watched.readers.empty()) gone.push_back({monitor, last});
  }
  return gone;
}

}  // namespace uffdscope

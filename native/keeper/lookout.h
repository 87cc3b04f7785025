// Who reads the uffds we keep? Learnt by looking, at a low rate, so that a handler is known before
// it must be frozen. Looking stops nobody, and takes at most 1/200 of one CPU while nothing is
// armed: the dearer a look, the longer the pause after it.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "keeper/frozen_thread.h"
#include "keeper/holders.h"
#include "keeper/read_counts.h"
#include "keeper/waits.h"
#include "kernel/proc_threads.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

// A look takes a fair part of a millisecond, in which no stop is heard: while threads are on their
// way into one or out of one they come no closer than this.
inline constexpr int64_t kBetweenLooksWhileMoving = 20'000'000;  // ns

/// A thread that reads a uffd.
struct Reader {
  pid_t pid = 0, tid = 0;
  SystemCall call;  // in which it was seen last; none for a suspect
  int64_t seen_at = 0;
  bool sure = true;  // false: a suspect, told only by how much it has read
};

/// One uffd, with the keeper's own copy of it.
struct Watched {
  pid_t target = 0;
  uint64_t ino = 0;
  UniqueFd uffd;
  bool armed = false;
  std::vector<Reader> readers;
  bool nonblocking()
      const;  // asked anew: the flag belongs to the open file, its owner may change it
};

class Lookout {
 public:
  /// The wait of a thread that we hold ourselves: its registers no longer show it.
  using HeldCall = std::function<std::optional<SystemCall>(pid_t tid)>;
  Lookout(pid_t self, pid_t parent, HeldCall held) : holders_(self, parent), held_(held) {}

  void watch(uint32_t monitor, Watched watched, int64_t now);
  void unwatch(uint32_t monitor);
  Watched* find(uint32_t monitor);
  const std::map<uint32_t, Watched>& all() const { return watched_; }
  Holders& holders() { return holders_; }
  /// What a call that waits on these descriptors means for the uffds of these monitors.
  FrozenThread::Meaning meaning(const MonitorSet& monitors, pid_t pid, const WaitsOn& waits) const;

  struct Sighting {
    uint32_t monitor;
    Reader reader;
    bool first;
  };
  struct Sightings {
    std::vector<Sighting> waiting;
    std::vector<Sighting> busy;  // suspects, and reads on their way
    pid_t refused = 0;           // a process whose threads are not ours to look at
  };
  /// Every thread of every process that holds this uffd.
  Sightings look_fully(uint32_t monitor, int64_t now);
  /// A part of them, and a part of all processes, in turn. To be called when due() has come.
  Sightings look_some(int64_t now);
  /// One thread.
  Sightings look_at(pid_t pid, pid_t tid, int64_t now);
  /// Does this process hold any of the uffds?
  bool holds(pid_t pid) const;
  bool any_armed() const;
  int64_t due() const { return due_; }
  /// While threads are on their way into a stop or out of one: not now, true, but soon.
  bool put_off(bool moving, int64_t now);
  void hurry(int64_t now) { due_ = now; }

  struct Gone {
    uint32_t monitor;
    pid_t last;
  };
  /// Readers that ended or gave their copy away. Returns the monitors that had readers and have
  /// none.
  std::vector<Gone> forget_gone(int64_t now);

 private:
  void look_at_process(const Holders::Holder& holder, std::span<const pid_t> tids, int64_t now,
                       Sightings& into);
  using Meaning = FrozenThread::Meaning;
  Meaning meaning_for(const Watched& watched, pid_t pid, const WaitsOn& waits) const;
  void note(uint32_t monitor, const Reader& reader, Meaning meaning, Sightings& into);
  void note_suspect(const Holders::Holder& holder, pid_t tid, int64_t now, Sightings& into);
  std::vector<Holders::Holder> all_holders() const;
  int64_t pause(int64_t now, int64_t cost) const;

  Holders holders_;
  HeldCall held_;
  std::map<uint32_t, Watched> watched_;
  std::map<pid_t, ThreadRoll> rolls_;
  ReadCounts counts_;
  int64_t holders_looked_at_ = 0;
  int64_t newest_ = 0, looked_at_ = 0, due_ = INT64_MAX;
};

}  // namespace uffdscope

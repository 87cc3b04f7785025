// One request to freeze whoever reads a uffd: look, freeze those in their wait, run the busy ones
// on to theirs, and say how it ended.
#pragma once
#include <functional>
#include <optional>
#include <set>

#include "keeper/bystanders.h"
#include "keeper/freezer.h"
#include "keeper/lookout.h"

namespace uffdscope {

class Arming {
 public:
  /// What the engine has in hand of this monitor, by the journal.
  using Ours = std::function<uint64_t(uint32_t monitor)>;
  /// `forgotten`: the operator says that whoever read messages and did not answer has forgotten
  /// them, so that none counts as in somebody's hand.
  Arming(uint32_t monitor, int64_t now, bool forgotten, Ours ours)
      : monitor_(monitor), begun_(now), due_(now), forgotten_(forgotten), ours_(std::move(ours)) {}

  uint32_t monitor() const { return monitor_; }
  int64_t due() const { return due_; }
  /// Look and freeze once more. The reply when it is settled: armed, no_handler or refused; the
  /// threads frozen for a refused one have been released.
  std::optional<KeeperMessage> step(int64_t now, Lookout& lookout, Freezer& freezer);

 private:
  struct Missing {
    bool anyone = false;     // is there any reader?
    pid_t pid = 0, tid = 0;  // a living reader that is not frozen; 0: none
    bool sure = false;       // one such was seen to wait or to read, not only suspected
    bool all_parked = true;  // each of them sleeps in some other call, where it failed to leave
  };
  std::optional<KeeperMessage> begin(Lookout& lookout, int64_t now);
  std::optional<KeeperMessage> freeze_seen(int64_t now, const Lookout::Sightings& seen,
                                           const Watched& watched, Freezer& freezer);
  Missing missing(const Watched& watched, const Freezer& freezer) const;
  std::optional<KeeperMessage> look(int64_t now, Lookout& lookout, Freezer& freezer);
  std::optional<KeeperMessage> verdict(int64_t now, Lookout& lookout, const Freezer& freezer) const;
  /// The verdict where no reader was found: no_handler, or the reason why one may be there all the
  /// same.
  KeeperMessage nobody(Lookout& lookout, uint64_t ino) const;
  bool held_for_us(const Reader& reader, const Freezer& freezer) const;
  void note_activity(const Watched& watched);
  void look_at_bystanders(Lookout& lookout, int64_t now);
  bool somebody_answers() const { return read_seen_ || (fell_ && bystanders_.someone_answered()); }
  bool in_hand() const { return !forgotten_ && unanswered_ > unread_; }
  KeeperMessage refused(KeeperRefusal why, pid_t pid) const;

  uint32_t monitor_;
  int64_t begun_, due_, looked_at_ = 0;
  bool looked_ = false;
  bool stale_ = false;  // threads have moved since the last look at all of them
  bool forgotten_ = false, counted_ = false;
  Ours ours_;
  bool read_seen_ = false;  // a message was read while we looked: somebody lives
  bool fell_ = false;       // fewer faults waited than before: answered, or taken out by a signal
  // By fdinfo, less what is ours.
  uint64_t unread_ = 0, unanswered_ = 0;
  Bystanders bystanders_;
  int64_t bystanders_due_ = 0;
  pid_t unseen_ = 0;           // a process whose threads are not ours to look at
  pid_t ring_poller_ = 0;      // a process whose io_uring waits for some descriptor
  std::set<pid_t> of_others_;  // processes that are another uffdscope
};

/// Threads that came to wait on an armed uffd since: frozen too. Failures are tried again.
void freeze_newcomers(const Lookout::Sightings& seen, Lookout& lookout, Freezer& freezer);

}  // namespace uffdscope

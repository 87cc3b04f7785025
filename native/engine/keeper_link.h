// Our end of the keeper: its process, the channel, the journal we share.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <optional>
#include <string>

#include "engine/journal.h"
#include "keeper/protocol.h"
#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

class KeeperLink {
 public:
  KeeperLink() = default;
  KeeperLink(const KeeperLink&) = delete;
  KeeperLink& operator=(const KeeperLink&) = delete;
  ~KeeperLink();

  /// Start the executable at `path` and wait up to 2 s for its `ready`. The journal is made at the
  /// first start and kept when a keeper that died is replaced.
  Result<void> start(const std::string& path);
  bool running() const { return bool(channel_); }
  int channel() const { return channel_.get(); }
  pid_t pid() const { return pid_; }
  Journal& journal() { return *journal_; }
  int journal_fd() const { return journal_fd_.get(); }

  /// false: the keeper is gone (or its queue is full, which it never is while it lives).
  bool say(KeeperSay what, uint32_t monitor = 0, int32_t pid = 0, uint64_t value = 0,
           uint64_t ino = 0, int fd = -1);
  /// The next message, if one waits. `closed` is set when the keeper is gone.
  std::optional<KeeperMessage> hear(bool& closed);
  /// It is stopped by a signal: it lives and answers nobody.
  bool stopped() const;
  /// Ends it at once. The kernel lets go of every thread it traced; the closed channel tells.
  void kill();
  /// Says bye and waits for its end. What it said where it stays behind for forked children: it is
  /// on its own then.
  std::optional<KeeperMessage> part();
  /// Forget a keeper that died; the journal stays.
  void drop();

 private:
  Result<void> make_journal();
  UniqueFd channel_, journal_fd_;
  std::atomic<pid_t> pid_{-1};  // asked for by other threads
  Journal* journal_ = nullptr;
};

}  // namespace uffdscope

// The keeper's side of the journal: whose turn it is, and what is owed.
#pragma once
#include <cstdint>
#include <vector>

#include "engine/journal.h"
#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

/// A page whose message was read from the kernel and not answered.
struct OwedPage {
  uint32_t monitor = 0;
  uint64_t order = 0;  // ascending with time
  uint64_t start = 0, length = 0;
};

class JournalView {
 public:
  JournalView() = default;
  explicit JournalView(Journal& journal) : journal_(&journal) {}
  /// Map it. EINVAL: not a journal, too short, or of another version.
  static Result<JournalView> map(UniqueFd fd);

  bool armed() const { return journal_->armed.load() != 0; }
  int64_t heartbeat_ns() const { return static_cast<int64_t>(journal_->heartbeat_ns.load()); }
  bool keepers_turn() const { return journal_->turn.load() == static_cast<uint32_t>(Turn::keeper); }
  /// From the engine to us, once; false: it is ours already. Only the engine gives it back.
  bool take_turn();

  /// Takes everything that is owed out of the journal, oldest first, so that no page is woken
  /// twice, by us or by an engine that comes back: a second wake would show the handler its own
  /// page twice.
  std::vector<OwedPage> take_owed();
  /// Faults of this monitor that the engine has in hand.
  uint64_t in_hand(uint32_t monitor) const;
  void count_handed_back(uint64_t pages) { journal_->handed_back.fetch_add(pages); }
  uint64_t handed_back() const { return journal_->handed_back.load(); }

 private:
  Journal* journal_ = nullptr;
};

}  // namespace uffdscope

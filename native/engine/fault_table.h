// Every fault we know, newest last, and which of them still wait. The table alone owns a fault's
// state.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/fault_record.h"
#include "engine/ring.h"

namespace uffdscope {

struct Decision;   // rules/rule_set.h
class ScriptPort;  // scripts/script_port.h

inline constexpr uint32_t kAskedAll = 0xffffffff;

class FaultTable {
 public:
  explicit FaultTable(size_t capacity_log2) : ring_(capacity_log2) {}

  /// A new record to fill in (seq set by publish).
  FaultRecord& begin() { return ring_.begin(); }
  uint64_t publish(FaultRecord& r) { return ring_.publish(r); }
  uint64_t next_seq() const { return ring_.last() + 1; }

  FaultRecord* find(uint64_t seq) { return ring_.find(seq); }
  Ring<FaultRecord>& ring() { return ring_; }

  /// A fault that waits keeps a copy of its record, so that it outlives the ring, and the slot of
  /// the journal.
  struct Waiting {
    FaultRecord record;
    uint32_t slot;
    std::vector<uint8_t> edited;               // bytes put in by the operator, or empty
    std::shared_ptr<const Decision> decision;  // of the rules, or null
    Action placed = Action::none;  // its page is there, its thread left asleep on purpose
    ScriptPort* script = nullptr;  // that has been asked and did not answer yet
    uint32_t asked = 0;            // scripts that have been asked; kAskedAll: no more are
    int64_t script_due = 0;        // when the default answers instead
    /// By whom it was held when an operator gave it to a script; unanswered it is so again.
    std::optional<std::pair<By, uint32_t>> by_hand = {};
  };
  Waiting& wait(const FaultRecord& r, uint32_t slot);
  Waiting* waiting(uint64_t seq);
  /// Write the changed record back to the ring (where it still is) and count.
  void update(const FaultRecord& r);
  /// It no longer waits.
  void settle(uint64_t seq);
  /// Those that wait for a page in [from, to), of any monitor. A block that is answered must find
  /// its own among ten thousand others at once.
  std::vector<uint64_t> waiting_in(uint64_t from, uint64_t to) const;
  /// By sequence number, so oldest first.
  std::map<uint64_t, Waiting>& all_waiting() { return waiting_; }

  /// Faults seen on this page of this monitor so far, counting this one. A forked child counts its
  /// own: its memory is another.
  uint32_t count_hit(uint32_t monitor, uint64_t page);
  uint32_t count_hit(const FaultRecord& f) { return count_hit(f.monitor, f.page); }
  /// The same without counting.
  uint32_t hits(const FaultRecord& f) const;
  struct PageHits {
    uint64_t page;
    uint32_t hits;
  };
  /// The pages that faulted most, most first; `pages`: how many faulted at all.
  std::vector<PageHits> top_pages(size_t count, uint64_t& pages) const;
  uint64_t changes() const { return changes_; }
  void changed() { ++changes_; }

 private:
  Ring<FaultRecord> ring_;
  std::map<uint64_t, Waiting> waiting_;
  std::set<std::pair<uint64_t, uint64_t>> waiting_pages_;  // page, seq
  /// Counters for 512 pages a chunk: faults cluster, and a hash entry a page would cost more than
  /// the fault.
  struct Chunk {
    uint16_t hits[512] = {};
  };
  std::unordered_map<uint64_t, std::unique_ptr<Chunk>> hits_;
  uint64_t last_key_ = ~0ull;
  Chunk* last_chunk_ = nullptr;
  uint64_t changes_ = 0;
};

}  // namespace uffdscope

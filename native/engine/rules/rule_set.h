// All rules of a session, in order: what is to be done with one fault.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/range_table.h"
#include "engine/rules/rule.h"

namespace uffdscope {

/// What the rules say of one fault. Kept with it while it waits.
struct Decision {
  RuleAction action = RuleAction::none;  // none: the default answers, shaped as below
  uint32_t rule = 0;  // id: of the action, else of the last that changed something
  /// Of all rules that had a part in it: when one goes, what still waits is released.
  std::vector<uint32_t> makers;
  std::shared_ptr<Source> source;
  uint32_t script = 0;
  int64_t delay_ns = 0;
  uint32_t reorder = 0;  // collected by rule `reorder_rule`
  uint32_t reorder_rule = 0;
  uint64_t order = 0;  // drawn place in that collection
  uint32_t short_bytes = 0;
  bool nowake = false;
  int64_t nowake_ns = 0;
  bool duplicate = false;
  bool spurious = false;
  /// Of a replay: the block that is answered, as offsets in the range; 0: as the policy says.
  uint64_t block_from = 0, block_to = 0;
  /// Of rules of this set, which outlives the decision (shared). `spoil_seed[i]` belongs to
  /// `damage[i]`.
  std::vector<std::pair<std::shared_ptr<const Rule>, uint64_t>> damage;

  /// Are the bytes others than the source's?
  bool alters_bytes() const { return short_bytes || !damage.empty(); }
  /// `bytes` begin at address `from`; the page that faulted lies at `page` and is the one that is
  /// spoiled.
  void alter(std::span<uint8_t> bytes, uint64_t from, uint64_t page, uint64_t page_size) const;
  bool waits() const { return delay_ns > 0 || reorder || nowake || spurious; }
};

/// Read by other threads while the engine counts.
struct RuleCounts {
  std::atomic<uint64_t> matched{0}, acted{0};
};

/// What a rule has counted; outlives an edit of the others.
struct RuleMemory {
  RuleCounts counts;
  uint64_t seen = 0, did = 0;                              // per rule
  std::unordered_map<uint64_t, uint32_t> seen_by, did_by;  // per thread or page
  /// What was said of a page's last fault: threads that fault it together are one match.
  struct PageTurn {
    uint32_t hit = 0;
    bool taken = false;
  };
  std::unordered_map<uint64_t, PageTurn> turns;
};

class RuleSet {
 public:
  RuleSet(std::vector<std::shared_ptr<const Rule>> rules,
          std::vector<std::shared_ptr<RuleMemory>> memories, uint64_t seed, int64_t session_start);

  bool empty() const { return rules_.empty(); }
  /// Must FaultRecord::hits be right before `decide`?
  bool needs_hits() const { return needs_hits_; }
  /// False: no rule takes it. `f.hits` counts this fault.
  bool decide(const FaultRecord& f, const RangeInfo* range, Decision& out);

 private:
  /// Rules that may take a fault of this range, kind and access: those that their range tests do
  /// not refuse.
  struct Candidates {
    uint64_t range_hash = 0;  // of its name
    bool known[6] = {};
    std::vector<uint16_t> of[6];
  };
  /// What most rules are refused by, side by side in memory.
  struct Brief {
    uint64_t key;
    double prob;
    const FilterProgram* filter;  // null: every fault
    bool counts;                  // has when or limit: whose turn it is hangs on what came before
  };
  std::span<const uint16_t> candidates(const FaultRecord& f, const RangeInfo* range);
  bool takes_turn(const Rule& r, RuleMemory& m, const FaultRecord& f, bool chance);
  bool counts_turn(const Rule& r, RuleMemory& m, const FaultRecord& f, bool chance);

  std::vector<std::shared_ptr<const Rule>> rules_;
  std::vector<std::shared_ptr<RuleMemory>> memories_;
  std::vector<Brief> briefs_;  // of rules_
  uint64_t seed_;
  int64_t start_;
  bool needs_hits_ = false;
  std::unordered_map<uint64_t, Candidates> by_range_;  // by monitor and range
  uint64_t last_key_ = 0;
  Candidates* last_ = nullptr;  // of last_key_
};

}  // namespace uffdscope

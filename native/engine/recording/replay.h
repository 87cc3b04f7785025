// The decisions of a recording, by place: which fault of a page gets what, after how long.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/fault_record.h"
#include "engine/range_table.h"
#include "engine/rules/rule_set.h"

namespace uffdscope::recording {

/// What one fault got.
struct ReplayStep {
  Kind kind;
  RuleAction action;  // none: the default answered
  int64_t delay_ns = 0;
  std::shared_ptr<Source> source;  // of copy
  uint64_t from = 0, to = 0;       // what was answered, offsets in the range; 0: one page
};

/// Why a fault is another than the one recorded.
enum class Divergence : uint8_t { none, no_range, no_page, too_often, kind };

/// Built once, then read by the engine thread; counts are for any thread.
class ReplayTable {
 public:
  /// The next fault of the page at `offset` of the range called `range`.
  void add(const std::string& range, uint64_t offset, ReplayStep step);

  /// What this fault got, by how often its page has faulted (`f.hits`), or null: it is none that
  /// was recorded.
  const ReplayStep* find(const FaultRecord& f, const RangeInfo* range);

  uint64_t matched() const { return matched_.load(std::memory_order_relaxed); }
  uint64_t diverged() const { return diverged_.load(std::memory_order_relaxed); }
  uint64_t first() const { return first_.load(std::memory_order_acquire); }  // seq, 0: none
  Divergence why() const { return why_.load(std::memory_order_relaxed); }
  uint64_t pages() const { return pages_; }
  uint64_t touched() const { return touched_.load(std::memory_order_relaxed); }

 private:
  struct Page {
    std::vector<ReplayStep> steps;
    bool touched = false;
  };
  using Pages = std::unordered_map<uint64_t, Page>;  // by offset
  void diverge(const FaultRecord& f, Divergence why);

  std::unordered_map<std::string, Pages> ranges_;
  const std::string* last_name_ = nullptr;
  Pages* last_ = nullptr;
  uint64_t pages_ = 0;
  std::atomic<uint64_t> matched_{0}, diverged_{0}, touched_{0}, first_{0};
  std::atomic<Divergence> why_{Divergence::none};
};

/// The bytes that one answer had, from `offset` of its range on.
std::unique_ptr<Source> recorded_source(uint64_t offset, std::vector<uint8_t> bytes);

}  // namespace uffdscope::recording

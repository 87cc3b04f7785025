// What was counted of faults and answers, by kind, access, action and who gave it; how long answers
// took; which threads asked most. Counters and histograms are read by any thread, threads only on
// the engine's.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/fault_record.h"
#include "engine/histogram.h"

namespace uffdscope {

class Statistics {
 public:
  static constexpr size_t kKinds = 3, kAccesses = 2, kActions = 9, kBys = 8;

  /// All faults of a thread, as the kernel numbers it for us. tid 0: not known, or of a thread
  /// beyond the first kMaxThreads.
  struct Thread {
    uint32_t pid = 0, tid = 0;
    uint64_t faults = 0, answered = 0;
    uint64_t waited_ns = 0, longest_ns = 0;  // from read to answer, all together and the longest
  };
  static constexpr size_t kMaxThreads = 65536;

  ~Statistics();

  void faulted(const FaultRecord& f);
  /// `f.action`, `f.by` and `f.answered_at` say how.
  void answered(const FaultRecord& f);

  uint64_t faults(size_t kind, size_t access) const { return read(faults_[kind][access]); }
  uint64_t answers(size_t action, size_t by) const { return read(answers_[action][by]); }
  /// Null: there was none.
  const Histogram* latency(size_t kind, size_t action) const {
    return latency_[kind][action].load(std::memory_order_acquire);
  }
  /// Most faults first.
  std::vector<Thread> top_threads(size_t count) const;
  size_t threads() const { return threads_.size(); }

 private:
  using Counter = std::atomic<uint64_t>;
  static uint64_t read(const Counter& c) { return c.load(std::memory_order_relaxed); }
  Thread& thread(const FaultRecord& f);

  std::array<std::array<Counter, kAccesses>, kKinds> faults_{};
  std::array<std::array<Counter, kBys>, kActions> answers_{};
  /// Made when the first such answer comes: 30 KB each, and most pairs never happen.
  std::array<std::array<std::atomic<Histogram*>, kActions>, kKinds> latency_{};
  std::unordered_map<uint32_t, Thread> threads_;
  Thread* last_ = nullptr;  // map nodes stay where they are
};

}  // namespace uffdscope

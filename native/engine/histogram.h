// A log-linear histogram of durations: 64 sub-buckets an octave, so a quantile is at most 1.6 %
// off. One writer (the engine thread); any thread may read.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>

namespace uffdscope {

class Histogram {
 public:
  static constexpr int kSubBits = 6;
  static constexpr size_t kSub = size_t{1} << kSubBits;
  static constexpr size_t kBuckets = (64 - kSubBits) * kSub;

  void record(int64_t ns) {
    uint64_t v = ns < 0 ? 0 : static_cast<uint64_t>(ns);
    bump(counts_[index_of(v)]);
    bump(count_);
    sum_.store(sum_.load(std::memory_order_relaxed) + v, std::memory_order_relaxed);
    if (v > max_.load(std::memory_order_relaxed)) max_.store(v, std::memory_order_relaxed);
  }

  uint64_t count() const { return count_.load(std::memory_order_relaxed); }
  uint64_t max() const { return max_.load(std::memory_order_relaxed); }
  uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }
  /// The value (ns, upper edge of its bucket) that the share `q` of all values does not exceed; 0
  /// when empty.
  uint64_t quantile(double q) const {
    uint64_t total = 0;
    for (const auto& c : counts_) total += c.load(std::memory_order_relaxed);
    if (total == 0) return 0;
    // Nearest rank: the smallest value that at least the share q of all does not exceed.
    auto wanted = static_cast<uint64_t>(std::ceil(q * static_cast<double>(total)));
    uint64_t rank = wanted == 0 ? 0 : wanted - 1;
    uint64_t seen = 0;
    for (size_t i = 0; i < kBuckets; ++i) {
      seen += counts_[i].load(std::memory_order_relaxed);
      if (seen > rank) return std::min(upper_of(i), max());
    }
    return max();
  }

  /// How many values are at most `v`, as far as buckets tell: one that shares v's bucket and
  /// reaches past v is not counted.
  uint64_t at_most(uint64_t v) const {
    uint64_t seen = 0;
    for (size_t i = 0; i < kBuckets && upper_of(i) <= v; ++i)
      seen += counts_[i].load(std::memory_order_relaxed);
    return seen;
  }

  static size_t index_of(uint64_t v) {
    if (v < kSub) return v;
    int octave = 63 - std::countl_zero(v) - kSubBits;
    return static_cast<size_t>(octave + 1) * kSub + ((v >> octave) - kSub);
  }
  static uint64_t upper_of(size_t i) {
    if (i < kSub) return i;
    size_t octave = i / kSub - 1;
    return ((kSub + i % kSub + 1) << octave) - 1;
  }

 private:
  static void bump(std::atomic<uint64_t>& c) {
    c.store(c.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  std::array<std::atomic<uint64_t>, kBuckets> counts_{};
  std::atomic<uint64_t> count_{0}, sum_{0}, max_{0};
};

}  // namespace uffdscope

// Huge pages of 2 MiB for the time of a test; the machine's pool is as it was afterwards.
#pragma once
#include <cstdint>
#include <string>

namespace native_test {

inline constexpr uint64_t kHugePage = 2ull << 20;

class HugePages {
 public:
  explicit HugePages(uint64_t count);
  ~HugePages();
  HugePages(const HugePages&) = delete;
  /// Why `count` pages can't be had; empty: they are there.
  const std::string& missing() const { return missing_; }
  /// Changes the pool while the test runs.
  void set(uint64_t count);

 private:
  uint64_t before_ = 0;
  bool changed_ = false;
  std::string missing_;
};

/// Why transparent huge pages can't be had by madvise; empty: they can.
std::string without_transparent_huge_pages();

}  // namespace native_test

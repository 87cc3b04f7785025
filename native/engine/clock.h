// The one clock: CLOCK_MONOTONIC in nanoseconds.
#pragma once
#include <cstdint>
#include <ctime>

namespace uffdscope {

inline int64_t now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000ll + t.tv_nsec;
}

inline constexpr int64_t kMicro = 1'000;
inline constexpr int64_t kMilli = 1'000'000;
inline constexpr int64_t kSecond = 1'000'000'000;

}  // namespace uffdscope

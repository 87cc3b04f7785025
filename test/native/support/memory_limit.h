// A memory limit for one process that refuses instead of killing: cgroup v1 with its OOM killer
// off.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>

namespace native_test {

class MemoryLimit {
 public:
  MemoryLimit(pid_t pid, uint64_t bytes);
  ~MemoryLimit();  // the process must have ended
  MemoryLimit(const MemoryLimit&) = delete;
  /// Why there is no limit; empty: there is.
  const std::string& missing() const { return missing_; }

 private:
  std::string folder_, missing_;
};

}  // namespace native_test

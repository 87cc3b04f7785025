// The files of a recording: made so that nobody else's is touched, bounded by dropping the oldest.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "engine/recording/format.h"
#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope::recording {

struct FileOptions {
  std::string path;
  uint64_t max_bytes = 0;  // of all files together; 0: no limit
  int64_t began = 0;
};

/// PATH is the newest; PATH.1, PATH.2 … are older. Owned by one thread, counters readable by any.
class RecordFile {
 public:
  static constexpr uint32_t kParts = 4;  // a limit is shared by so many files

  /// Errors: EEXIST (something is there that is no recording of ours), ELOOP (a link), or what
  /// open(2) says.
  Result<void> open(FileOptions options);
  /// Must the next block go into a new file?
  bool full(size_t more) const;
  /// The file becomes PATH.1 and a new one begins.
  Result<void> rotate();
  /// `faults`: how many it holds, to tell what was dropped.
  Result<void> put(BlockType type, std::span<const uint8_t> payload, uint32_t items,
                   uint64_t faults = 0);

  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  uint32_t files() const { return files_.load(std::memory_order_relaxed); }

 private:
  Result<void> create();
  Result<void> write_all(std::span<const uint8_t> bytes);
  std::string name(uint32_t back) const;

  FileOptions options_;
  UniqueFd folder_, fd_;
  std::string base_;
  uint64_t id_ = 0;
  uint32_t part_ = 0;
  uint64_t block_ = 0, at_ = 0;  // of this file: next block, bytes written
  uint64_t faults_ = 0;
  struct Part {
    uint64_t bytes, faults;
  };
  std::deque<Part> older_;  // newest first
  std::vector<uint8_t> buffer_;
  std::atomic<uint64_t> bytes_{0}, dropped_{0};
  std::atomic<uint32_t> files_{1};
};

}  // namespace uffdscope::recording

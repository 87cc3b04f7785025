// The registered ranges of the targets, by address. Owned by the engine thread; replaced whole when
// the maps were read again, and trimmed at once when a REMAP, REMOVE or UNMAP message says so.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kernel/page_size.h"

namespace uffdscope {

/// Counted by the engine thread, read by any.
struct RangeCounts {
  std::atomic<uint64_t> faults{0};
  std::atomic<uint64_t> held{0};
};

struct RangeInfo {
  uint32_t id = 0;
  pid_t pid = 0;
  uint64_t start = 0, end = 0;
  uint64_t modes = 0;  // abi::RegisterMode bits
  uint32_t page_shift = uffdscope::page_shift();
  bool shared = false;
  std::string prot;  // "rw-p"
  std::string path;  // as /proc/PID/maps has it, or ""
  std::string name;  // unique: heap, shm:NAME, anon[0] …
  std::shared_ptr<RangeCounts> counts = std::make_shared<RangeCounts>();

  bool contains(uint64_t a) const { return a >= start && a < end; }
};

class RangeTable {
 public:
  RangeTable() = default;
  explicit RangeTable(std::vector<RangeInfo> ranges) { merge(std::move(ranges)); }
  RangeTable(const RangeTable&) = delete;
  RangeTable& operator=(const RangeTable&) = delete;

  const RangeInfo* find(uint64_t address) const;
  RangeInfo* find(uint64_t address);
  RangeInfo* by_id(uint32_t id);
  const std::vector<RangeInfo>& all() const { return ranges_; }
  uint64_t version() const { return version_; }

  /// Take over what was read from the maps. Memory that was known keeps its id, name and counts (so
  /// `anon[2]` stays `anon[2]`); of one that was split the first part is it. What is new gets an id
  /// and a name here, and counts from 0, whatever it came with.
  void merge(std::vector<RangeInfo> fresh);
  /// A whole range that moves keeps id, name and counts; a part of one becomes a range of its own.
  void remap(uint64_t from, uint64_t to, uint64_t length);
  void unmap(uint64_t start, uint64_t end);

 private:
  std::vector<RangeInfo> cut(uint64_t start, uint64_t end);
  void add(RangeInfo r);
  void add_new(RangeInfo r);
  void changed();

  std::vector<RangeInfo> ranges_;          // ascending by start
  std::unordered_set<std::string> names_;  // of these
  std::unordered_map<std::string, uint32_t>
      numbers_;  // the last NAME[k] given, while a change lasts
  uint32_t next_id_ = 0;
  uint32_t next_anon_ = 0;
  uint64_t version_ = 1;
  /// Where find() looks first. Atomic because the engine thread and a preview may look at once.
  mutable std::atomic<size_t> last_{0};
};

/// heap, stack, shm:NAME, memfd:NAME, FILE:text, FILE:data, anon:NAME, or "" for a plain anonymous
/// mapping.
std::string range_base_name(const std::string& path, const std::string& prot, bool shared);

}  // namespace uffdscope

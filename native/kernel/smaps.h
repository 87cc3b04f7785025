// /proc/PID/smaps, of which we want the mappings that a userfaultfd is registered on.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/maps.h"

namespace uffdscope {

struct RegisteredRange {
  Mapping map;
  uint64_t modes = 0;      // abi::RegisterMode
  uint64_t page_size = 0;  // KernelPageSize: 2 MiB and more on hugetlb
};

/// Takes smaps in pieces of any size, so that 65,530 mappings never stand in memory at once.
class SmapsParser {
 public:
  void feed(std::string_view piece);
  /// Ends the text; no more feed() after it.
  std::vector<RegisteredRange> finish();

 private:
  void line(std::string_view text);

  std::string partial_;
  std::string header_;  // the mapping's first line; parsed only where its flags turn out to matter
  uint64_t page_size_ = 0;
  std::vector<RegisteredRange> found_;
};

/// `task` is "PID" or "PID/task/TID", relative to `proc_fd` (an open /proc).
Result<std::vector<RegisteredRange>> read_registered_ranges(int proc_fd, const std::string& task);

}  // namespace uffdscope

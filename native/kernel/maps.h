// /proc/PID/maps: one mapping a line.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/result.h"

namespace uffdscope {

/// `path` is raw and may be chosen by the target: a file, "[heap]", "[anon:NAME]", or empty.
struct Mapping {
  uint64_t start = 0;
  uint64_t end = 0;
  std::string prot;  // "rw-p"; the last letter is s for shared
  uint64_t offset = 0;
  uint32_t dev_major = 0;
  uint32_t dev_minor = 0;
  uint64_t inode = 0;
  std::string path;

  bool shared() const { return prot.size() == 4 && prot[3] == 's'; }
};
std::optional<Mapping> parse_maps_line(std::string_view line);
/// All lines that are mappings, in address order as the kernel prints them.
std::vector<Mapping> parse_maps(std::string_view text);
/// `task` is "PID" or "PID/task/TID", relative to `proc_fd` (an open /proc).
Result<std::vector<Mapping>> read_maps(int proc_fd, const std::string& task);

}  // namespace uffdscope

#include "kernel/fdinfo.h"

#include <fcntl.h>

#include "kernel/abi.h"
#include "kernel/procfs.h"

namespace uffdscope {

bool UffdFdinfo::nonblocking() const { return (flags & O_NONBLOCK) != 0; }

std::optional<UffdFdinfo> parse_uffd_fdinfo(std::string_view text) {
  UffdFdinfo info;
  bool pending = false, total = false, api = false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view key = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    skip_blanks(value);
    if (key == "flags") {
      if (auto n = take_number(value, 8)) info.flags = static_cast<uint32_t>(*n);
    } else if (key == "ino") {
      if (auto n = take_number(value)) info.ino = *n;
    } else if (key == "pending") {
      if (auto n = take_number(value)) info.pending = *n, pending = true;
    } else if (key == "total") {
      if (auto n = take_number(value)) info.total = *n, total = true;
    } else if (key == "API") {  // UFFD_API : features : ioctls, all hex
      auto version = take_number(value, 16);
      if (!version || !value.starts_with(':')) continue;
      value.remove_prefix(1);
      auto features = take_number(value, 16);
      if (!features) continue;
      info.features = *features & ~abi::kFeatureInitialized;
      info.initialized = (*features & abi::kFeatureInitialized) != 0;
      api = true;
    }
  }
  if (!pending || !total || !api) return std::nullopt;
  return info;
}

std::vector<int> parse_epoll_fdinfo(std::string_view text) {
  std::vector<int> watched;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (!line.starts_with("tfd:")) continue;
    line.remove_prefix(4);
    skip_blanks(line);
    auto fd = take_number(line);
    if (fd && *fd <= INT32_MAX) watched.push_back(static_cast<int>(*fd));
  }
  return watched;
}

}  // namespace uffdscope

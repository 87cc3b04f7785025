// /proc/PID/fdinfo/FD of a userfaultfd and of an epoll instance.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace uffdscope {

/// `pending` counts faults whose message nobody has read; `total` adds those read and not yet
/// woken. Events (fork, remap, remove, unmap) are in neither count.
struct UffdFdinfo {
  uint64_t ino = 0;  // the same for every descriptor of one userfaultfd; 0 before Linux 5.14
  uint32_t flags = 0;
  uint64_t pending = 0;
  uint64_t total = 0;
  uint64_t features = 0;     // UFFD_FEATURE_* bits that were asked for, without bit 31
  bool initialized = false;  // UFFDIO_API was done (bit 31, UFFD_FEATURE_INITIALIZED)

  bool nonblocking() const;
};
/// nullopt where the text is not the fdinfo of a userfaultfd.
std::optional<UffdFdinfo> parse_uffd_fdinfo(std::string_view text);

/// The descriptors an epoll instance watches ("tfd:" lines).
std::vector<int> parse_epoll_fdinfo(std::string_view text);

}  // namespace uffdscope

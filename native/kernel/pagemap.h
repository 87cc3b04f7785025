// What state each page of a foreign process is in: PAGEMAP_SCAN (6.7), else /proc/PID/pagemap. Read
// only; never with PM_SCAN_WP_MATCHING, which would write-protect the target's pages.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

enum class PageState : uint8_t { missing, present, zero, wp, poisoned, swapped };

/// A run of pages in one state. `huge` when the kernel maps them by a huge page.
struct PageRun {
  uint64_t start, end;
  PageState state;
  bool huge;
};

class Pagemap {
 public:
  /// EACCES, EPERM: not ptrace-readable by us. ENOENT, ESRCH: gone.
  static Result<Pagemap> open(pid_t pid);
  /// Runs covering [start, end), both at a page's border, in order; neighbours in one state are
  /// joined. ESRCH: the process has ended. Marker pages
  /// (write-protect marker, poison) are told apart by the raw entry, which the kernel shows only
  /// with CAP_SYS_ADMIN (else `swapped`).
  Result<std::vector<PageRun>> scan(uint64_t start, uint64_t end) const;
  /// Has the memory ended that the process had at open()? By exit or exec; nothing is asked of it.
  bool ended() const;
  /// Is there a page in memory? `wp` is also said of a place that has none, only a marker.
  bool has_page(uint64_t address) const;
  /// The state of the one page that contains `address`.
  Result<PageState> state_of(uint64_t address) const;

 private:
  explicit Pagemap(UniqueFd fd) : fd_(std::move(fd)) {}
  Result<uint64_t> entry(uint64_t address) const;
  UniqueFd fd_;
};

}  // namespace uffdscope

#include "kernel/pagemap.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

#include "kernel/abi.h"

namespace uffdscope {
namespace {

constexpr uint64_t kPage = 4096;

/// A non-present entry with bit 62 is a swap entry, a migration entry or a PTE marker. Markers
/// carry swap type 31 and their kind in the offset (include/linux/swapops.h): 1 = uffd-wp, 2 =
/// poison.
PageState of_entry(uint64_t e) {
  if (e & abi::kPagemapPresent) return e & abi::kPagemapUffdWp ? PageState::wp : PageState::present;
  if (!(e & abi::kPagemapSwapped)) return PageState::missing;
  if ((e & 0x1f) == 0x1f) {
    uint64_t marker = (e >> 5) & 0x7;
    if (marker & 2) return PageState::poisoned;
    if (marker & 1) return PageState::wp;
  }
  return e & abi::kPagemapUffdWp ? PageState::wp : PageState::swapped;
}

void append(std::vector<PageRun>& runs, PageRun run) {
  if (run.start >= run.end) return;
  if (!runs.empty()) {
    PageRun& last = runs.back();
    if (last.end == run.start && last.state == run.state && last.huge == run.huge) {
      last.end = run.end;
      return;
    }
  }
  runs.push_back(run);
}

}  // namespace

Result<Pagemap> Pagemap::open(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/pagemap", pid);
  UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(KernelError{"open(pagemap)", errno});
  return Pagemap(std::move(fd));
}

Result<uint64_t> Pagemap::entry(uint64_t address) const {
  uint64_t e = 0;
  ssize_t n = ::pread(fd_.get(), &e, sizeof e, static_cast<off_t>(address / kPage * sizeof e));
  if (n != sizeof e) return std::unexpected(KernelError{"pread(pagemap)", n < 0 ? errno : ESRCH});
  return e;
}

Result<PageState> Pagemap::state_of(uint64_t address) const {
  auto e = entry(address);
  if (!e) return std::unexpected(e.error());
  if (!(*e & abi::kPagemapPresent) || *e & abi::kPagemapUffdWp) return of_entry(*e);
  auto runs = scan(address & ~(kPage - 1), (address & ~(kPage - 1)) + kPage);
  if (runs && !runs->empty() && runs->front().state == PageState::zero) return PageState::zero;
  return PageState::present;
}

Result<std::vector<PageRun>> Pagemap::scan(uint64_t start, uint64_t end) const {
  using namespace abi;
  std::vector<PageRun> runs;
  std::vector<PageRegion> regions(512);
  uint64_t at = start;
  while (at < end) {
    PagemapScanArg arg{};
    arg.size = sizeof arg;
    arg.start = at;
    arg.end = end;
    arg.vec = reinterpret_cast<uint64_t>(regions.data());
    arg.vec_len = regions.size();
    arg.category_anyof_mask = kPagePresent | kPageSwapped;
    arg.return_mask = kPageWritten | kPagePresent | kPageSwapped | kPagePfnZero | kPageHuge;
    int n = ::ioctl(fd_.get(), kIoctlPagemapScan, &arg);
    if (n < 0) {
      if (errno == EINTR) continue;
      return std::unexpected(KernelError{"PAGEMAP_SCAN", errno, start, end - start});
    }
    for (int i = 0; i < n; ++i) {
      const PageRegion& r = regions[static_cast<size_t>(i)];
      append(runs, {at, r.start, PageState::missing, false});
      at = r.end;
      bool huge = r.categories & kPageHuge;
      if (r.categories & kPageSwapped) {
        // Swap, marker and migration look alike here; the raw entries tell. WRITTEN is no help:
        // kernels disagree.
        for (uint64_t a = r.start; a < r.end; a += kPage) {
          auto e = entry(a);
          if (!e) return std::unexpected(e.error());
          append(runs, {a, a + kPage, of_entry(*e), huge});
        }
      } else if (r.categories & kPagePfnZero) {
        append(runs, {r.start, r.end, PageState::zero, huge});
      } else {
        append(runs, {r.start, r.end,
                      r.categories & kPageWritten ? PageState::present : PageState::wp, huge});
      }
    }
    uint64_t walked = arg.walk_end;
    if (static_cast<size_t>(n) < regions.size()) walked = end;
    append(runs, {at, walked, PageState::missing, false});
    at = walked > at ? walked : at;
    if (n == 0 && walked <= at && walked < end) break;
  }
  return runs;
}

}  // namespace uffdscope

#include "kernel/pagemap.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

#include "kernel/abi.h"
#include "kernel/page_size.h"

namespace uffdscope {
namespace {

/// What an entry that PAGEMAP_SCAN calls SWAPPED really is: bit 62 marks a swap entry, a migration
/// entry or a PTE marker. Markers carry swap type 31 and their kind in the offset
/// (include/linux/swapops.h): 1 = uffd-wp, 2 = poison. pagemap_hugetlb_range shows of a marker only
/// whether it is a uffd-wp one; hugetlb pages are never swapped, so the other kind is left.
PageState of_swapped(uint64_t e, bool huge) {
  if (e & abi::kPagemapPresent) return e & abi::kPagemapUffdWp ? PageState::wp : PageState::present;
  if (e & abi::kPagemapUffdWp) return PageState::wp;
  if (!(e & abi::kPagemapSwapped)) return huge ? PageState::poisoned : PageState::missing;
  if ((e & 0x1f) == 0x1f && (e >> 5) & 2) return PageState::poisoned;
  return PageState::swapped;
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
  ssize_t n =
      ::pread(fd_.get(), &e, sizeof e, static_cast<off_t>(address / page_size() * sizeof e));
  if (n != sizeof e) return std::unexpected(KernelError{"pread(pagemap)", n < 0 ? errno : ESRCH});
  return e;
}

bool Pagemap::ended() const {
  // The descriptor keeps the mm of its open, and reads nothing of one without users
  // (mmget_not_zero() in pagemap_read()): the very question that a userfaultfd's ESRCH answers.
  uint64_t e = 0;
  return ::pread(fd_.get(), &e, sizeof e, 0) == 0;
}

bool Pagemap::has_page(uint64_t address) const {
  auto e = entry(address);
  return e && (*e & abi::kPagemapPresent);
}

Result<PageState> Pagemap::state_of(uint64_t address) const {
  const uint64_t page = address & ~(page_size() - 1);
  auto runs = scan(page, page + page_size());
  if (!runs) return std::unexpected(runs.error());
  return runs->front().state;
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
        for (uint64_t a = r.start; a < r.end; a += page_size()) {
          auto e = entry(a);
          if (!e) return std::unexpected(e.error());
          append(runs, {a, a + page_size(), of_swapped(*e, huge), huge});
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
  // Of a process that has ended the ioctl finds no mappings and calls all of it missing; the file
  // ends there.
  if (runs.size() == 1 && runs[0].state == PageState::missing) {
    if (auto alive = entry(start); !alive) return std::unexpected(alive.error());
  }
  return runs;
}

}  // namespace uffdscope

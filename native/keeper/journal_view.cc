#include "keeper/journal_view.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "kernel/abi.h"

namespace uffdscope {
namespace {

constexpr uint32_t kSmallestShift = 12, kLargestShift = 30;  // 4 KiB to a 1 GiB huge page

bool add(std::vector<OwedPage>& owed, uint32_t monitor, uint64_t order, uint32_t shift,
         uint64_t address) {
  if (shift < kSmallestShift || shift > kLargestShift) return false;
  uint64_t length = uint64_t{1} << shift;
  owed.push_back({monitor, order, address & ~(length - 1), length});
  return true;
}

}  // namespace

Result<JournalView> JournalView::map(UniqueFd fd) {
  struct stat file;
  if (::fstat(fd.get(), &file) != 0) return std::unexpected(KernelError{"fstat(journal)", errno});
  if (file.st_size < static_cast<off_t>(sizeof(Journal)))
    return std::unexpected(KernelError{"journal", EINVAL});
  void* at = ::mmap(nullptr, sizeof(Journal), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (at == MAP_FAILED) return std::unexpected(KernelError{"mmap(journal)", errno});
  auto* journal = static_cast<Journal*>(at);
  if (journal->magic != kJournalMagic || journal->version != kJournalVersion)
    return std::unexpected(KernelError{"journal", EINVAL});
  return JournalView(*journal);
}

bool JournalView::take_turn() {
  auto expected = static_cast<uint32_t>(Turn::engine);
  return journal_->turn.compare_exchange_strong(expected, static_cast<uint32_t>(Turn::keeper));
}

std::vector<OwedPage> JournalView::take_owed() {
  std::vector<OwedPage> owed;
  uint64_t high = std::min<uint64_t>(journal_->slots_high.load(), kSlots);
  for (uint64_t i = 0; i < high; i++) {
    JournalSlot& slot = journal_->slots[i];
    // Copied before it is freed: an engine that only seemed stuck may fill the slot again.
    uint64_t order = slot.order, address = slot.message.word[2];
    uint32_t shift = slot.page_shift;
    uint32_t monitor = slot.monitor.exchange(0);
    if (monitor != 0 && monitor <= kMaxMonitors) add(owed, monitor, order, shift, address);
  }
  for (uint32_t id = 1; id <= kMaxMonitors; id++) {
    JournalMonitor& monitor = journal_->monitors[id];
    if (monitor.active.load() == 0) continue;
    for (RawMessage& raw : monitor.landing) {
      uint64_t address = raw.word[2];
      // Other events can't be given back: whoever raised one was released when it was read. An
      // engine that goes on still has them to hear, and a forked child's uffd to serve.
      std::atomic_ref head(raw.word[0]);
      if ((head.load() & 0xff) != abi::kEventPagefault) continue;
      if ((head.exchange(0) & 0xff) != abi::kEventPagefault) continue;
      // What has just landed is younger than anything that has a slot.
      add(owed, id, std::numeric_limits<uint64_t>::max(), monitor.page_shift, address);
    }
  }
  std::ranges::stable_sort(owed, {}, &OwedPage::order);
  return owed;
}

uint64_t JournalView::in_hand(uint32_t monitor) const {
  uint64_t high = std::min<uint64_t>(journal_->slots_high.load(), kSlots), count = 0;
  for (uint64_t i = 0; i < high; i++)
    if (journal_->slots[i].monitor.load(std::memory_order_relaxed) == monitor) count++;
  return count;
}

}  // namespace uffdscope

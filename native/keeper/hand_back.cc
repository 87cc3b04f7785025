#include "keeper/hand_back.h"

#include <sys/ioctl.h>

#include "engine/clock.h"
#include "kernel/abi.h"

namespace uffdscope {
namespace {

constexpr size_t kBatch = 64;

// Exactly this page: a wake of the range would also show the handler those it has in hand. An error
// means that the range or the process is gone, and nobody waits.
bool wake(const Watched& watched, const OwedPage& page) {
  abi::RangeArg range{page.start, page.length};
  return ::ioctl(watched.uffd.get(), abi::kIoctlWake, &range) == 0;
}

}  // namespace

uint32_t hand_back(JournalView& journal, Lookout& lookout,
                   const std::function<void(int64_t ns)>& pause) {
  std::vector<OwedPage> owed = journal.take_owed();
  uint32_t woken = 0;
  for (size_t i = 0; i < owed.size(); i++) {
    if (i > 0 && i % kBatch == 0) pause(kMilli);
    Watched* watched = lookout.find(owed[i].monitor);
    if (!watched || !wake(*watched, owed[i])) continue;
    woken++;
    journal.count_handed_back(1);
  }
  return woken;
}

}  // namespace uffdscope

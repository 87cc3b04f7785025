#include "engine/resolver.h"

#include <cerrno>

namespace uffdscope {
Progress Resolver::once(const Userfaultfd& uffd, Action action, uint64_t start, uint64_t len,
                        const uint8_t* bytes, bool wakes) const {
  switch (action) {
    case Action::copy:
      return uffd.copy(start, bytes, len, wakes ? 0 : uint64_t{abi::kCopyDontwake});
    case Action::zero:
      return uffd.zeropage(start, len, wakes ? 0 : uint64_t{abi::kZeropageDontwake});
    case Action::continue_:
      return uffd.continue_range(start, len, wakes ? 0 : uint64_t{abi::kContinueDontwake});
    case Action::poison:
      return uffd.poison(start, len);
    case Action::unprotect:
      return uffd.writeprotect(start, len, wakes ? 0 : uint64_t{abi::kWriteprotectDontwake});
    case Action::wake:
    case Action::pass: {
      auto woken = uffd.wake(start, len);
      return woken ? Progress{static_cast<int64_t>(len), 0} : Progress{0, woken.error().err};
    }
    default:
      return {0, EINVAL};
  }
}

Resolution Resolver::resolve(const Userfaultfd& uffd, Action action, uint64_t start, uint64_t len,
                             uint64_t must, std::span<const uint8_t> bytes, bool wakes) const {
  Resolution r{Outcome::done};
  uint64_t at = start, end = start + len, since = start;
  auto ends = [&](Outcome outcome, int err) {
    r.outcome = outcome;
    r.err = err;
    r.reached[1] = {since, at};
    return r;
  };
  while (at < end) {
    const uint8_t* from = bytes.empty() ? nullptr : bytes.data() + (at - start);
    Progress p = once(uffd, action, at, end - at, from, wakes);
    r.bytes += static_cast<uint64_t>(p.done);
    at += static_cast<uint64_t>(p.done);
    if (p.complete()) break;
    if (p.done > 0) continue;  // partial: the errno said only "not all"; ask again from there
    if (p.err == ESRCH) return ends(Outcome::gone, ESRCH);
    const uint64_t refused = at;
    if (p.err == EEXIST) {
      // Somebody filled it between fault and answer. Its waiter may sleep on all the same: wake the
      // page.
      if (wakes) (void)uffd.wake(at, page_);
      ++r.races;
      at += page_;
      if (refused >= must) break;
    }
    if (refused > must) break;  // the page we are for is answered: its neighbours were a bonus
    if (p.err == EAGAIN) return ends(Outcome::again, EAGAIN);
    if (refused < must) {
      r.reached[0] = {since, at};
      at = since = must;
      continue;
    }
    if (end > must + page_) {
      // Refused as a whole: a range that reaches over the border of a mapping is ENOENT, and a
      // mapping may have been split (mprotect, madvise) since we read the maps. The page alone
      // decides.
      end = must + page_;
      continue;
    }
    if (p.err != ENOENT) return ends(Outcome::failed, p.err);
    // munmap(2) and UNREGISTER by others leave the waiter asleep; woken, it finds out itself.
    (void)uffd.wake(must, page_);
    return ends(Outcome::no_range, ENOENT);
  }
  return ends(Outcome::done, 0);
}

}  // namespace uffdscope

#include "engine/resolver.h"

#include <cerrno>

namespace uffdscope {

Progress Resolver::once(const Userfaultfd& uffd, Action action, uint64_t start, uint64_t len,
                        const uint8_t* bytes) const {
  switch (action) {
    case Action::copy:
      return uffd.copy(start, bytes, len);
    case Action::zero:
      return uffd.zeropage(start, len);
    case Action::continue_:
      return uffd.continue_range(start, len);
    case Action::poison:
      return uffd.poison(start, len);
    case Action::unprotect:
      return uffd.writeprotect(start, len, 0);
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
                             uint64_t must, std::span<const uint8_t> bytes) const {
  Resolution r{Outcome::done};
  uint64_t at = start;
  const uint64_t end = start + len;
  while (at < end) {
    const uint8_t* from = bytes.empty() ? nullptr : bytes.data() + (at - start);
    Progress p = once(uffd, action, at, end - at, from);
    r.bytes += static_cast<uint64_t>(p.done);
    at += static_cast<uint64_t>(p.done);
    if (p.complete()) break;
    if (p.done > 0) continue;  // partial: the errno said only "not all"; ask again from there
    switch (p.err) {
      case EEXIST:
        // Somebody filled it between fault and answer. Its waiter may sleep on all the same: wake
        // the page.
        (void)uffd.wake(at, page_);
        ++r.races;
        if (at >= must) return r;
        at = must;
        continue;
      case EAGAIN:
        r.err = EAGAIN;
        r.outcome = Outcome::again;
        return r;
      case ESRCH:
        r.err = ESRCH;
        r.outcome = Outcome::gone;
        return r;
      default:
        break;
    }
    // Refused at this page. The page we are for decides; a neighbour that can't be answered ends
    // the bonus.
    if (at > must) break;
    if (at < must) {
      at = must;
      continue;
    }
    r.err = p.err;
    r.outcome = p.err == ENOENT ? Outcome::no_range : Outcome::failed;
    return r;
  }
  return r;
}

}  // namespace uffdscope

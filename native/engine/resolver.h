// The one place that issues a resolving ioctl and knows what each errno means.
#pragma once
#include <cstdint>
#include <span>

#include "engine/fault_record.h"
#include "kernel/userfaultfd.h"

namespace uffdscope {

enum class Outcome : uint8_t {
  done,      // the page is there and its waiters were woken; `reached` says which others are
  again,     // an event is outstanding (EAGAIN): nothing can be resolved until it was read
  no_range,  // ENOENT: the range went away; the waiter is woken and finds out itself
  gone,      // ESRCH: the target's memory is gone
  failed,    // refused; `err` says why; the fault still waits
};

/// Addresses, `from` included.
struct Span {
  uint64_t from = 0, to = 0;
  bool contains(uint64_t a) const { return a >= from && a < to; }
};

struct Resolution {
  Outcome outcome;
  uint64_t bytes = 0;  // newly answered
  int err = 0;         // of the page that failed, or 0
  uint32_t races = 0;  // pages that were there already (EEXIST): woken and passed over
  /// What is there now and awake, whatever the outcome: up to the first page that was refused or
  /// there already, and from the page it was for up to the next such.
  Span reached[2] = {};
  bool reaches(uint64_t page) const {
    return reached[0].contains(page) || reached[1].contains(page);
  }
};

class Resolver {
 public:
  explicit Resolver(uint32_t page_shift) : page_(uint64_t{1} << page_shift) {}
  /// A hugetlb range counts in its own pages.
  uint64_t page() const { return page_; }

  /// Answer [start, start + len) by `action`; `bytes` (len long) for copy only. `must` is the page
  /// whose waiter this is for: its failure is the span's failure, other pages of the span are a
  /// bonus.
  /// With `wakes` false the waiters sleep on: the caller owes them a wake.
  Resolution resolve(const Userfaultfd& uffd, Action action, uint64_t start, uint64_t len,
                     uint64_t must, std::span<const uint8_t> bytes, bool wakes = true) const;

 private:
  Progress once(const Userfaultfd& uffd, Action action, uint64_t start, uint64_t len,
                const uint8_t* bytes, bool wakes) const;
  uint64_t page_;
};

/// What a fault of this kind is answered with when no bytes are given (product.md: zero, CONTINUE,
/// unprotect).
constexpr Action plain_answer(Kind kind) {
  switch (kind) {
    case Kind::wp:
      return Action::unprotect;
    case Kind::minor:
      return Action::continue_;
    default:
      return Action::zero;
  }
}

}  // namespace uffdscope

// Our handle on one uffd while we take part in it, and where we stand with its handler.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/claim.h"
#include "engine/range_table.h"
#include "kernel/ns_tids.h"
#include "kernel/pagemap.h"
#include "kernel/userfaultfd.h"

namespace uffdscope {

/// Numbers are read by JavaScript (session/native.ts).
enum class Stance : uint8_t { looking, arming, armed, passing, taken_back, leaving, left };
enum class HandlerState : uint8_t { unknown, living, frozen, none, unfreezable };

/// Why the handler has a turn although we are armed.
enum class TurnFor : uint8_t {
  none,
  pass,   // pages were handed to it: until it has read them, or 50 ms
  event,  // a fork, remap, remove or unmap message is its to read: until the barrier is quiet
};

struct Monitor {
  uint32_t id = 0;
  pid_t pid = 0;         // the target
  uint64_t started = 0;  // its start in clock ticks: a number may be given again
  uint64_t ino = 0;
  uint64_t features = 0;
  bool nonblocking = true;
  Userfaultfd uffd;
  UniqueFd fdinfo;  // /proc/self/fdinfo/N, read again at offset 0
  RangeTable ranges;
  std::optional<NsTids> tids;  // where the target numbers its threads in a namespace of its own

  Stance stance = Stance::looking;
  HandlerState handler = HandlerState::unknown;
  Claim claim;
  bool polled = false;  // its descriptor is in our epoll set
  bool gone = false;    // ESRCH: the memory it served is gone
  /// A forked child's, which we alone hold. `pid` is its parent's: the kernel does not say its own.
  bool of_child = false;
  pid_t child = 0;  // its own where engine_forks.cc found out, 0: not known
  /// Whose faults these are; 0: of a child that is not known.
  pid_t faulting() const { return of_child ? child : pid; }

  TurnFor turn_for = TurnFor::none;
  int64_t turn_until = 0;  // 0: the handler is not thawed yet
  int64_t next_check = 0;
  std::optional<Pagemap> pagemap;  // of the target, as it was when we came
  std::vector<uint64_t> passing;   // faults to wake once the handler runs

  bool sends_events() const { return features & abi::kFeatAllEvents; }
  /// Is there a living owner whose events we must leave alone?
  bool events_are_the_owners(bool own_events) const {
    return sends_events() && !own_events &&
           (handler == HandlerState::frozen || handler == HandlerState::living);
  }
  bool reads() const { return stance == Stance::armed && !gone; }
};

/// Has the memory behind it ended? While we only look this asks nothing of the uffd.
bool has_ended(const Monitor& m);
/// What its target has at this page.
Result<PageState> page_state(Monitor& m, uint64_t page);
/// Unread faults by fdinfo, or -1 when it can't be read. Events are not in this count.
int64_t unread_faults(const Monitor& m);
/// Faults that somebody has read and that still wait, by fdinfo; -1 when it can't be read.
int64_t read_faults(const Monitor& m);

}  // namespace uffdscope

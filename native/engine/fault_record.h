// How a fault and a log entry are laid out. JavaScript reads these rings in place (addon/,
// session/fault-history.ts), and a recording is made of them: sizes and offsets are a contract,
// held by static_assert and a test on the other side.
#pragma once
#include <cstddef>
#include <cstdint>

namespace uffdscope {

enum class Kind : uint8_t { missing = 0, wp = 1, minor = 2 };
enum class Access : uint8_t { read = 0, write = 1 };
enum class State : uint8_t { unread, read, held, delayed, scripted, resolved, failed, gone };
enum class Action : uint8_t { none, copy, zero, continue_, unprotect, poison, wake, pass, move };
/// `target`: the thread was interrupted (a signal) and came again by itself.
enum class By : uint8_t { none, operator_, default_, rule, script, handler, keeper, target };

enum FaultFlag : uint8_t { kFlagEdited = 1 };

inline constexpr uint32_t kNoRange = 0xffffffff;

/// Does it say which one, in by_id?
constexpr bool has_number(By by) { return by == By::rule || by == By::script; }

struct FaultRecord {
  uint64_t seq;         // 0: empty, or being rewritten
  int64_t read_at;      // CLOCK_MONOTONIC ns
  int64_t answered_at;  // 0 while it waits
  int64_t
      due_at;  // delayed: when it will be answered; held with --max-hold: when its default comes
  uint64_t address;
  uint64_t page;
  uint64_t bytes;     // answered
  uint32_t pid;       // 0: of a forked child that is not known
  uint32_t tid;       // 0: unknown (no UFFD_FEATURE_THREAD_ID)
  uint32_t range_id;  // kNoRange: outside every known range
  uint32_t hits;      // faults on this page so far, this one included
  int32_t err;        // errno of the last try, 0 = none
  uint32_t by_id;     // number of the rule or script, where by is one; 0: a replay
  uint16_t monitor;
  uint8_t page_shift;
  Kind kind;
  Access access;
  State state;
  Action action;
  By by;
  uint8_t flags;
  uint8_t pad[7];
};
static_assert(sizeof(FaultRecord) == 96);
static_assert(offsetof(FaultRecord, pid) == 56 && offsetof(FaultRecord, monitor) == 80 &&
              offsetof(FaultRecord, flags) == 88);

enum class LogType : uint32_t {
  fault = 1,      // seq: a fault was read (and not answered at once)
  resolve,        // seq, action, by, err, a = bytes, b = read_at, c = answered_at
  fault_resolve,  // both in one: a fault that was answered as soon as it was read
  decide,         // seq, action is what was decided: a = DecideWhat, b = until (ns, 0 = open)
  fork = 16,      // a = fd of the child's uffd in us, b = child, 0: not known; pid = parent
  remap,          // a = from, b = to, c = length
  remove,         // a = start, b = end
  unmap,          // a = start, b = end
  exec,
  exit,         // a = 1 + wait status where it can be seen, else 0
  stance = 32,  // a = new Stance, b = HandlerState, c = count of threads
  hold,         // a = 1 on, 0 off
  owner_gone,   // pid: a holder of the uffd died
  note,         // a = NoteCode
  took_turn,    // a = pages the keeper handed back
  range_added,  // a = start, b = end, c = range id
  script,       // by_id = script, a = number of a text that JavaScript has
};

enum class DecideWhat : uint64_t { hold = 1, delay = 2, script = 3, pass = 4 };

struct LogRecord {
  uint64_t index;  // 1, 2, 3 …; 0 while being written
  int64_t t;
  LogType type;
  uint32_t monitor;
  uint64_t seq;
  uint64_t a, b, c;
  uint32_t pid;
  uint32_t by_id;
  int32_t err;
  Action action;
  By by;
  uint8_t pad[2];
};
static_assert(sizeof(LogRecord) == 72);
static_assert(offsetof(LogRecord, seq) == 24 && offsetof(LogRecord, pid) == 56 &&
              offsetof(LogRecord, action) == 68);

}  // namespace uffdscope

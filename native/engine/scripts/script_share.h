// The memory that the engine shares with one script process: a place for each fault that the
// script was asked about, and two queues of place numbers. A place has the number of the fault's
// slot in the journal, so there are always enough.
//
// A place belongs to one side at a time. Its `turn` says whose: the number of the offer and a step.
// Every step is taken by compare-and-swap, so what was withdrawn can't be answered any more.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/fault_record.h"
#include "engine/journal.h"

namespace uffdscope {

enum class ScriptStep : uint8_t {
  free,
  offered,    // the script may claim it
  claimed,    // the script's process is at the ioctl, for microseconds
  done,       // outcome or wish stands below; the engine settles it
  withdrawn,  // the engine took it back
};

constexpr uint64_t script_turn(uint64_t offer, ScriptStep step) {
  return offer << 8 | static_cast<uint8_t>(step);
}
constexpr ScriptStep step_of(uint64_t turn) { return static_cast<ScriptStep>(turn & 0xff); }

/// What the script wants of the engine.
enum class ScriptWish : uint8_t {
  none,    // nothing: it has issued the ioctl itself
  answer,  // `action`, with the bytes of this place for copy
  next,    // the next script, then the default
  hold,
  delay,   // the default, `delay_ns` later
  failed,  // it threw or gave nonsense: the default
};

struct ScriptPlace {
  std::atomic<uint64_t> turn;
  // The question, by the engine.
  uint64_t seq;
  uint64_t address;
  uint64_t page;
  uint64_t range_start;  // the page's own address where no range is known
  uint64_t range_hash;   // of its name, for draws
  int64_t read_at;
  uint32_t pid;
  uint32_t tid;
  uint32_t range_id;
  uint32_t hits;
  uint8_t page_shift;
  Kind kind;
  Access access;
  uint8_t far;  // 1: the engine issues the ioctl (another uffd, or a rule shapes the answer)
  // The answer, by the script's process.
  ScriptWish wish;
  Action action;
  uint8_t outcome;  // Outcome of resolver.h
  uint8_t seen;     // the script's process has taken the question
  int32_t err;
  uint32_t races;
  uint32_t length;  // bytes that it gave for a copy of the engine
  uint32_t pad2;
  uint64_t bytes;
  int64_t answered_at;
  int64_t delay_ns;
  uint64_t pad3;
};
static_assert(sizeof(ScriptPlace) == 128);
static_assert(offsetof(ScriptPlace, pid) == 56 && offsetof(ScriptPlace, page_shift) == 72);

inline constexpr uint32_t kScriptMagic = 0x55465331;  // "UFS1"
inline constexpr size_t kPlaceBytes = 4096;           // for a copy that the engine makes

/// One writer, one reader. A place stands in each queue at most once for an offer, but an offer
/// that was withdrawn may still stand there: twice the room.
struct ScriptQueue {
  static constexpr uint32_t kRoom = 2 * kSlots;
  alignas(64) std::atomic<uint32_t> written;
  alignas(64) std::atomic<uint32_t> taken;
  /// The reader sleeps, or is about to: the writer must ring its bell.
  alignas(64) std::atomic<uint32_t> sleeps;
  uint32_t places[kRoom];

  bool full() const {
    return written.load(std::memory_order_relaxed) - taken.load(std::memory_order_acquire) >= kRoom;
  }
  /// True: ring the bell.
  bool put(uint32_t place) {
    const uint32_t at = written.load(std::memory_order_relaxed);
    places[at % kRoom] = place;
    written.store(at + 1, std::memory_order_seq_cst);
    return sleeps.exchange(0, std::memory_order_seq_cst) != 0;
  }
  bool take(uint32_t& place) {
    const uint32_t at = taken.load(std::memory_order_relaxed);
    if (at == written.load(std::memory_order_acquire)) return false;
    place = places[at % kRoom] % kSlots;
    taken.store(at + 1, std::memory_order_release);
    return true;
  }
  /// False: something came meanwhile, look again.
  bool go_to_sleep() {
    sleeps.store(1, std::memory_order_seq_cst);
    return taken.load(std::memory_order_relaxed) == written.load(std::memory_order_seq_cst);
  }
};

struct ScriptShare {
  uint32_t magic;
  uint32_t pad;
  uint64_t seed;
  uint64_t key;  // hash of the script's name: what its draws hang on
  /// When the script's thread began what it does now, 0: it waits for work.
  std::atomic<int64_t> busy_since;
  ScriptQueue asked, answered;
  ScriptPlace places[kSlots];
  alignas(4096) uint8_t bytes[kSlots][kPlaceBytes];
};

}  // namespace uffdscope

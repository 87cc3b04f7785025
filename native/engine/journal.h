// The journal shared by uffdscope and its keeper: a memfd mapped by both.
//
// Messages are read from a uffd straight into it, so that at every instant what was taken from the
// kernel and not yet answered is written down where the survivor can see it. Whoever outlives the
// other wakes exactly these pages; their threads fault again and the message returns to the queue.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace uffdscope {

/// The 32 bytes of struct uffd_msg, kept as words: [0] event in the low byte, [1] flags, [2]
/// address, [3] tid. (pagefault layout: event u8 @0, flags u64 @8, address u64 @16, ptid u32 @24.)
struct RawMessage {
  uint64_t word[4];
};
static_assert(sizeof(RawMessage) == 32);

inline constexpr uint32_t kJournalMagic = 0x55464a31;  // "UFJ1"
inline constexpr uint32_t kJournalVersion = 1;
inline constexpr size_t kMaxMonitors = 64;
inline constexpr size_t kLanding = 16;   // one read(2) lands here
inline constexpr size_t kSlots = 16384;  // faults read and not answered, over all monitors

/// Who may act on the target. The engine gives the turn back to itself only after it has forgotten
/// all it held.
enum class Turn : uint32_t { engine = 0, keeper = 1 };

/// A slot is written (message, page) before `monitor` is set, and cleared by setting `monitor` to
/// 0.
struct JournalSlot {
  std::atomic<uint32_t> monitor;  // monitor id (1..kMaxMonitors), 0 = free
  uint32_t page_shift;            // log2 of the page to wake
  uint64_t order;                 // ascending with time, oldest first when waking
  RawMessage message;
};
static_assert(sizeof(JournalSlot) == 48);

/// What the keeper needs to know of one uffd that we take part in.
struct JournalMonitor {
  std::atomic<uint32_t> active;  // 1 while the engine takes part in it
  uint32_t page_shift;
  uint64_t ino;
  /// read(2) lands here; entries with word[0] != 0 are owed. The engine zeroes word[0] when it has
  /// answered the fault or moved it to a slot.
  RawMessage landing[kLanding];
};

struct Journal {
  uint32_t magic;
  uint32_t version;
  std::atomic<uint32_t> turn;   // Turn
  std::atomic<uint32_t> armed;  // engine: 1 while any handler may be frozen or any message is owed
  std::atomic<uint64_t> heartbeat_ns;  // CLOCK_MONOTONIC, bumped by the engine thread at least
                                       // every 200 ms while armed
  std::atomic<uint64_t> handed_back;   // keeper: pages woken on the engine's behalf, ever
  std::atomic<uint64_t> slots_high;    // slots [0, slots_high) may be in use
  JournalMonitor monitors[kMaxMonitors + 1];  // index = monitor id
  JournalSlot slots[kSlots];
};

}  // namespace uffdscope

// A recording on disk, version 1: docs/reference/recording-format.md says the same in words, and
// session/recording/format.ts reads it. Little-endian; everything begins at a multiple of 8.
#pragma once
#include <cstddef>
#include <cstdint>

#include "engine/fault_record.h"

namespace uffdscope::recording {

inline constexpr char kMagic[8] = {'U', 'F', 'F', 'D', 'R', 'E', 'C', '\n'};
inline constexpr uint32_t kVersion = 1;
inline constexpr uint32_t kBlockMagic = 0x314b4c42;  // "BLK1"

/// First in each file.
struct FileHeader {
  char magic[8];
  uint32_t version;
  uint32_t bytes;  // of this header
  uint64_t id;     // random: the files of one recording have the same
  uint32_t part;   // 0, 1, 2 …: a rotated recording goes on in the next
  uint32_t reserved;
  int64_t began;     // CLOCK_MONOTONIC ns that the session's times count from
  uint64_t dropped;  // faults in the parts of this recording that were dropped before this one
  uint32_t reserved2;
  uint32_t crc;  // CRC-32C of all before it
};
static_assert(sizeof(FileHeader) == 56);

enum class BlockType : uint32_t {
  header = 1,   // JSON: what was recorded; first block of each file
  items = 2,    // Items, one behind the other
  trailer = 3,  // JSON: how it ended; absent where the recorder was killed
};

/// Before each block's payload.
struct BlockHeader {
  uint32_t magic;
  BlockType type;
  uint32_t length;  // of the payload
  uint32_t items;
  uint64_t number;  // 0, 1, 2 … in this file
  uint32_t reserved;
  uint32_t crc;  // CRC-32C of this header before it, then of the payload
};
static_assert(sizeof(BlockHeader) == 32);

enum class ItemType : uint32_t {
  answered = 1,    // FaultRecord: read and answered at once
  fault = 2,       // FaultRecord: read, and it waits
  log = 3,         // LogRecord
  lost = 4,        // Lost
  range = 5,       // RangeItem and its names: new, or changed
  range_gone = 6,  // RangeGone
  thread = 7,      // ThreadItem
  meta = 8,        // JSON: what changed of the header
  page = 9,        // PageItem and the bytes
};

/// Before each item; the next begins at the next multiple of 8.
struct ItemHeader {
  ItemType type;
  uint32_t length;  // of what follows
};

struct Lost {
  int64_t t;
  uint64_t count;
};
struct RangeItem {
  int64_t t;
  uint64_t start, end;
  uint64_t modes;
  uint32_t id, pid, page_shift, shared;
  uint16_t prot, path, name, pad;  // lengths of the texts that follow, in this order
};
static_assert(sizeof(RangeItem) == 56);
struct RangeGone {
  int64_t t;
  uint32_t id, pad;
};
struct ThreadItem {
  uint32_t pid, tid;
  char comm[16];  // zeros behind it
};
struct PageItem {
  uint64_t seq;  // of the fault that was answered with these bytes
  uint64_t address;
};

inline constexpr size_t kBlockTarget = 64 << 10;  // a payload is written when it has grown to this
inline constexpr size_t kLargestBlock = 8 << 20;  // no payload is longer

}  // namespace uffdscope::recording

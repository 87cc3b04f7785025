// The userfaultfd UAPI as data. Debian's headers are older than what we use, so numbers, names and
// layouts stand here; source: include/uapi/linux/userfaultfd.h and fs.h (PAGEMAP_SCAN). Unknown
// bits are printed raw, never dropped.
#pragma once
#include <sys/ioctl.h>

#include <cstdint>
#include <span>

namespace uffdscope::abi {

struct NamedBit {
  uint64_t bit;
  const char* name;
  const char* since;  // first kernel that has it
};

inline constexpr uint64_t kApi = 0xAA;
/// fdinfo's feature word has bit 31 set once UFFDIO_API was called (UFFD_FEATURE_INITIALIZED,
/// kernel-internal).
inline constexpr uint64_t kFeatureInitialized = 1ull << 31;
inline constexpr unsigned kUserModeOnly = 1;  // userfaultfd(2) flag, 5.11

// --- features (uffdio_api.features) ---
enum Feature : uint64_t {
  kFeatPagefaultFlagWp = 1u << 0,
  kFeatEventFork = 1u << 1,
  kFeatEventRemap = 1u << 2,
  kFeatEventRemove = 1u << 3,
  kFeatMissingHugetlbfs = 1u << 4,
  kFeatMissingShmem = 1u << 5,
  kFeatEventUnmap = 1u << 6,
  kFeatSigbus = 1u << 7,
  kFeatThreadId = 1u << 8,
  kFeatMinorHugetlbfs = 1u << 9,
  kFeatMinorShmem = 1u << 10,
  kFeatExactAddress = 1u << 11,
  kFeatWpHugetlbfsShmem = 1u << 12,
  kFeatWpUnpopulated = 1u << 13,
  kFeatPoison = 1u << 14,
  kFeatWpAsync = 1u << 15,
  kFeatMove = 1u << 16,
};
inline constexpr uint64_t kFeatAllEvents =
    kFeatEventFork | kFeatEventRemap | kFeatEventRemove | kFeatEventUnmap;

inline constexpr NamedBit kFeatures[] = {
    {kFeatPagefaultFlagWp, "PAGEFAULT_FLAG_WP", "5.7"},
    {kFeatEventFork, "EVENT_FORK", "4.11"},
    {kFeatEventRemap, "EVENT_REMAP", "4.11"},
    {kFeatEventRemove, "EVENT_REMOVE", "4.11"},
    {kFeatMissingHugetlbfs, "MISSING_HUGETLBFS", "4.11"},
    {kFeatMissingShmem, "MISSING_SHMEM", "4.11"},
    {kFeatEventUnmap, "EVENT_UNMAP", "4.11"},
    {kFeatSigbus, "SIGBUS", "4.14"},
    {kFeatThreadId, "THREAD_ID", "4.14"},
    {kFeatMinorHugetlbfs, "MINOR_HUGETLBFS", "5.13"},
    {kFeatMinorShmem, "MINOR_SHMEM", "5.14"},
    {kFeatExactAddress, "EXACT_ADDRESS", "5.18"},
    {kFeatWpHugetlbfsShmem, "WP_HUGETLBFS_SHMEM", "5.19"},
    {kFeatWpUnpopulated, "WP_UNPOPULATED", "6.4"},
    {kFeatPoison, "POISON", "6.6"},
    {kFeatWpAsync, "WP_ASYNC", "6.7"},
    {kFeatMove, "MOVE", "6.8"},
};

// --- messages (struct uffd_msg, 32 bytes) ---
enum Event : uint8_t {
  kEventPagefault = 0x12,
  kEventFork = 0x13,
  kEventRemap = 0x14,
  kEventRemove = 0x15,
  kEventUnmap = 0x16,
};
inline constexpr NamedBit kEvents[] = {
    {kEventPagefault, "PAGEFAULT", "4.3"}, {kEventFork, "FORK", "4.11"},
    {kEventRemap, "REMAP", "4.11"},        {kEventRemove, "REMOVE", "4.11"},
    {kEventUnmap, "UNMAP", "4.11"},
};
enum PagefaultFlag : uint64_t { kFaultWrite = 1, kFaultWp = 2, kFaultMinor = 4 };

struct Message {
  uint8_t event;
  uint8_t reserved1;
  uint16_t reserved2;
  uint32_t reserved3;
  union {
    struct {
      uint64_t flags;
      uint64_t address;
      uint32_t ptid;
      uint32_t pad;
    } pagefault;
    struct {
      uint32_t ufd;
    } fork;
    struct {
      uint64_t from;
      uint64_t to;
      uint64_t len;
    } remap;
    struct {
      uint64_t start;
      uint64_t end;
    } remove;  // UNMAP too
  } arg;
};
static_assert(sizeof(Message) == 32);

// --- registration ---
enum RegisterMode : uint64_t { kModeMissing = 1, kModeWp = 2, kModeMinor = 4 };
inline constexpr NamedBit kModes[] = {
    {kModeMissing, "missing", "4.3"}, {kModeWp, "wp", "5.7"}, {kModeMinor, "minor", "5.13"}};

// --- ioctl arguments ---
struct ApiArg {
  uint64_t api, features, ioctls;
};
struct RangeArg {
  uint64_t start, len;
};
struct RegisterArg {
  RangeArg range;
  uint64_t mode, ioctls;
};
struct CopyArg {
  uint64_t dst, src, len, mode;
  int64_t copy;
};
struct ZeropageArg {
  RangeArg range;
  uint64_t mode;
  int64_t zeropage;
};
struct WriteprotectArg {
  RangeArg range;
  uint64_t mode;
};
struct ContinueArg {
  RangeArg range;
  uint64_t mode;
  int64_t mapped;
};
struct PoisonArg {
  RangeArg range;
  uint64_t mode;
  int64_t updated;
};
struct MoveArg {
  uint64_t dst, src, len, mode;
  int64_t move;
};

enum : uint64_t {
  kCopyDontwake = 1,
  kCopyWp = 2,
  kZeropageDontwake = 1,
  kContinueDontwake = 1,
  kContinueWp = 2,
  kPoisonDontwake = 1,
  kWriteprotectWp = 1,
  kWriteprotectDontwake = 2,
  kMoveDontwake = 1,
  kMoveAllowSrcHoles = 2,
};

inline constexpr unsigned long kIoctlRegister = _IOWR(0xAA, 0x00, RegisterArg);
inline constexpr unsigned long kIoctlUnregister = _IOR(0xAA, 0x01, RangeArg);
inline constexpr unsigned long kIoctlWake = _IOR(0xAA, 0x02, RangeArg);
inline constexpr unsigned long kIoctlCopy = _IOWR(0xAA, 0x03, CopyArg);
inline constexpr unsigned long kIoctlZeropage = _IOWR(0xAA, 0x04, ZeropageArg);
inline constexpr unsigned long kIoctlMove = _IOWR(0xAA, 0x05, MoveArg);
inline constexpr unsigned long kIoctlWriteprotect = _IOWR(0xAA, 0x06, WriteprotectArg);
inline constexpr unsigned long kIoctlContinue = _IOWR(0xAA, 0x07, ContinueArg);
inline constexpr unsigned long kIoctlPoison = _IOWR(0xAA, 0x08, PoisonArg);
inline constexpr unsigned long kIoctlApi = _IOWR(0xAA, 0x3F, ApiArg);
inline constexpr unsigned long kIoctlNew = _IO(0xAA, 0x00);  // on /dev/userfaultfd, 6.1
static_assert(kIoctlApi == 0xc018aa3f && kIoctlUnregister == 0x8010aa01 &&
              kIoctlMove == 0xc028aa05);

struct NamedIoctl {
  unsigned nr;
  unsigned long request;
  const char* name;
};
inline constexpr NamedIoctl kIoctls[] = {
    {0x00, kIoctlRegister, "UFFDIO_REGISTER"},
    {0x01, kIoctlUnregister, "UFFDIO_UNREGISTER"},
    {0x02, kIoctlWake, "UFFDIO_WAKE"},
    {0x03, kIoctlCopy, "UFFDIO_COPY"},
    {0x04, kIoctlZeropage, "UFFDIO_ZEROPAGE"},
    {0x05, kIoctlMove, "UFFDIO_MOVE"},
    {0x06, kIoctlWriteprotect, "UFFDIO_WRITEPROTECT"},
    {0x07, kIoctlContinue, "UFFDIO_CONTINUE"},
    {0x08, kIoctlPoison, "UFFDIO_POISON"},
    {0x3F, kIoctlApi, "UFFDIO_API"},
};

// --- PAGEMAP_SCAN (fs.h, 6.7) ---
struct PageRegion {
  uint64_t start, end, categories;
};
struct PagemapScanArg {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
static_assert(sizeof(PagemapScanArg) == 96);
inline constexpr unsigned long kIoctlPagemapScan = _IOWR('f', 16, PagemapScanArg);
static_assert(kIoctlPagemapScan == 0xc0606610);
enum PageCategory : uint64_t {
  kPageWpAllowed = 1 << 0,
  kPageWritten = 1 << 1,
  kPageFile = 1 << 2,
  kPagePresent = 1 << 3,
  kPageSwapped = 1 << 4,
  kPagePfnZero = 1 << 5,
  kPageHuge = 1 << 6,
  kPageSoftDirty = 1 << 7,
  kPageGuard = 1 << 8,  // 6.15
};

// pagemap entries (Documentation/admin-guide/mm/pagemap.rst)
inline constexpr uint64_t kPagemapUffdWp = 1ull << 57;
inline constexpr uint64_t kPagemapSwapped = 1ull << 62;
inline constexpr uint64_t kPagemapPresent = 1ull << 63;

}  // namespace uffdscope::abi

#include "mapping.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "huge_pages.h"

namespace native_test {

Mapping::Mapping(Memory kind, size_t pages, int prot) {
  if (kind == Memory::huge) unit_ = kHugePage;
  length_ = pages * unit_;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  if (kind != Memory::anonymous) {
    unsigned memfd_flags = MFD_CLOEXEC | (kind == Memory::huge ? MFD_HUGETLB : 0u);
    file_.reset(::memfd_create("native-test", memfd_flags));
    REQUIRE(file_);
    REQUIRE(::ftruncate(file_.get(), static_cast<off_t>(length_)) == 0);
    flags = (kind == Memory::private_file ? MAP_PRIVATE : MAP_SHARED) | MAP_NORESERVE;
  }
  void* p = ::mmap(nullptr, length_, prot, flags, file_.get(), 0);
  REQUIRE(p != MAP_FAILED);
  data_ = static_cast<uint8_t*>(p);
}

Mapping Mapping::view_of(const Mapping& other) {
  void* p =
      ::mmap(nullptr, other.length_, kReadWrite, MAP_SHARED | MAP_NORESERVE, other.file_.get(), 0);
  REQUIRE(p != MAP_FAILED);
  Mapping view = of(p, other.length_);
  view.unit_ = other.unit_;
  return view;
}

Mapping Mapping::for_huge_blocks(size_t blocks) {
  size_t length = (blocks + 1) * kHugePage;
  void* p = ::mmap(nullptr, length, kReadWrite, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(p != MAP_FAILED);
  auto start = reinterpret_cast<uint64_t>(p);
  uint64_t aligned = (start + kHugePage - 1) & ~(kHugePage - 1);
  if (aligned > start) ::munmap(p, aligned - start);
  uint64_t end = aligned + blocks * kHugePage;
  if (start + length > end) ::munmap(reinterpret_cast<void*>(end), start + length - end);
  auto* at = reinterpret_cast<void*>(aligned);
  REQUIRE(::madvise(at, blocks * kHugePage, MADV_HUGEPAGE) == 0);
  return of(at, blocks * kHugePage);
}

Mapping Mapping::of(void* at, size_t length, int fd) {
  Mapping made;
  made.data_ = static_cast<uint8_t*>(at);
  made.length_ = length;
  made.file_.reset(fd);
  return made;
}

Mapping::Mapping(Mapping&& other) noexcept { *this = std::move(other); }

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(length_, other.length_);
  std::swap(unit_, other.unit_);
  std::swap(file_, other.file_);
  return *this;
}

Mapping::~Mapping() {
  if (data_) ::munmap(data_, length_);
}

bool all_bytes(const uint8_t* from, size_t length, uint8_t value) {
  return std::all_of(from, from + length, [&](uint8_t b) { return b == value; });
}

}  // namespace native_test

// Memory of each kind that userfaultfd can serve, and some that it can't.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

#include "kernel/page_size.h"
#include "kernel/unique_fd.h"

namespace native_test {

using uffdscope::page_shift;
using uffdscope::page_size;
using uffdscope::UniqueFd;

inline constexpr int kReadWrite = PROT_READ | PROT_WRITE;

enum class Memory {
  anonymous,
  shared,        // a memfd, MAP_SHARED
  private_file,  // a memfd, MAP_PRIVATE
  huge,          // hugetlb, MAP_SHARED by a memfd; not reserved, so a page may be wanting
};

class Mapping {
 public:
  Mapping() = default;
  /// `pages` of the memory's own page size.
  Mapping(Memory kind, size_t pages, int prot = kReadWrite);
  /// Another view of the same file.
  static Mapping view_of(const Mapping& other);
  /// Anonymous, aligned for transparent huge pages of 2 MiB, which are asked for.
  static Mapping for_huge_blocks(size_t blocks);
  /// Any mapping at all, made by the caller.
  static Mapping of(void* at, size_t length, int fd = -1);

  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  uint64_t start() const { return reinterpret_cast<uint64_t>(data_); }
  uint64_t at(size_t page) const { return start() + page * unit_; }
  uint8_t* bytes(size_t page = 0) const { return data_ + page * unit_; }
  size_t length() const { return length_; }
  size_t pages() const { return length_ / unit_; }
  uint64_t unit() const { return unit_; }  // bytes a page
  int file() const { return file_.get(); }

 private:
  uint8_t* data_ = nullptr;
  size_t length_ = 0;
  uint64_t unit_ = page_size();
  UniqueFd file_;
};

/// Every byte of `length` at `from` is `value`.
bool all_bytes(const uint8_t* from, size_t length, uint8_t value);

}  // namespace native_test

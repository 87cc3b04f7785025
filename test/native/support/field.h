// A userfaultfd of our own with memory of ours registered: where one ioctl can be tried.
#pragma once
#include <fcntl.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "kernel/userfaultfd.h"
#include "mapping.h"

namespace native_test {

using uffdscope::Userfaultfd;
namespace abi = uffdscope::abi;

/// A userfaultfd after UFFDIO_API. Takes faults of user mode only where we may not do more.
Userfaultfd open_uffd(uint64_t features = 0, int flags = O_NONBLOCK);

struct Field {
  Field(Memory kind, size_t pages, uint64_t modes = abi::kModeMissing, uint64_t features = 0);
  Field(Mapping made, uint64_t modes, uint64_t features = 0);

  Mapping memory;
  Userfaultfd uffd;  // closed first: unmapping would wait for somebody to read its event
  uint64_t at(size_t page) const { return memory.at(page); }
  uint64_t unit() const { return memory.unit(); }
  /// Puts a page there, full of `byte`.
  void fill(size_t page, uint8_t byte) const;
};

/// Faults that wait and were not read yet, and all that wait, by fdinfo.
uint64_t unread(const Userfaultfd& uffd);
uint64_t unanswered(const Userfaultfd& uffd);
/// The next message; waits for it at most five seconds.
std::optional<abi::Message> next_message(const Userfaultfd& uffd);
/// Bytes of one page to copy from, of the size of the field's pages.
std::vector<uint8_t> page_of(const Field& field, uint8_t byte, size_t pages = 1);

}  // namespace native_test

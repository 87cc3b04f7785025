// Where the bytes of an answer come from. A source is asked for a span of its range and gives all
// of it or says why not.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

class Source {
 public:
  virtual ~Source() = default;
  /// Fill `into` with the bytes that belong at `offset` of the range. ENODATA: the source ends
  /// before that.
  virtual Result<void> fill(uint64_t offset, std::span<uint8_t> into) = 0;
  /// The same bytes without a copy, where the source has them lying ready; else null. Valid until
  /// the next call.
  virtual const uint8_t* ready(uint64_t /*offset*/, size_t /*length*/) { return nullptr; }
  /// Are these the bytes of one page, whatever its place? Then they never answer a block.
  virtual bool one_page() const { return false; }
  /// The byte that all of it is, where it is one.
  virtual std::optional<uint8_t> every_byte() const { return std::nullopt; }
};

std::unique_ptr<Source> zero_source();
std::unique_ptr<Source> pattern_source(uint8_t byte);
/// The same bytes at whatever offset (an edited page, pasted hex); shorter than asked: the rest is
/// zero.
std::unique_ptr<Source> bytes_source(std::vector<uint8_t> bytes);
/// pread(2) at base + offset, never mmap: a file that shrinks gives ENODATA here instead of SIGBUS.
std::unique_ptr<Source> file_source(UniqueFd fd, uint64_t base);

}  // namespace uffdscope

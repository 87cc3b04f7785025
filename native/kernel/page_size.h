// The size of a page as the kernel counts them: 4 KiB on x86-64; 4, 16 or 64 KiB on arm64.
#pragma once
#include <unistd.h>

#include <bit>
#include <cstdint>

namespace uffdscope {

inline uint64_t page_size() {
  static const uint64_t size = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  return size;
}
inline uint32_t page_shift() { return static_cast<uint32_t>(std::countr_zero(page_size())); }

}  // namespace uffdscope

#include "engine/recording/crc32c.h"

#include <array>
#include <cstring>

namespace uffdscope {
namespace {

using Table = std::array<std::array<uint32_t, 256>, 8>;

/// table[k][b]: what byte b, k bytes before the end of a word, adds.
constexpr Table make_table() {
  Table t{};
  for (uint32_t b = 0; b < 256; ++b) {
    uint32_t crc = b;
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78u : 0);
    t[0][b] = crc;
  }
  for (size_t k = 1; k < 8; ++k)
    for (size_t b = 0; b < 256; ++b) t[k][b] = (t[k - 1][b] >> 8) ^ t[0][t[k - 1][b] & 255];
  return t;
}

constexpr Table kTable = make_table();

}  // namespace

uint32_t crc32c(const void* data, size_t length, uint32_t crc) {
  auto* p = static_cast<const uint8_t*>(data);
  crc = ~crc;
  for (; length >= 8; length -= 8, p += 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);  // little-endian on both machines we run on
    word ^= crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= kTable[7 - k][(word >> (8 * k)) & 255];
  }
  for (; length > 0; --length) crc = (crc >> 8) ^ kTable[0][(crc ^ *p++) & 255];
  return ~crc;
}

}  // namespace uffdscope

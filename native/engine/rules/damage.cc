#include "engine/rules/damage.h"

#include <algorithm>
#include <vector>

#include "engine/rules/draw.h"

namespace uffdscope {

void spoil(std::span<uint8_t> bytes, std::span<const Damage> damages, uint64_t seed) {
  if (bytes.empty()) return;
  for (const Damage& d : damages) {
    switch (d.what) {
      case Damage::What::flip: {
        // Each bit once: a bit that is drawn again gives way to the next one. Two flips would undo
        // each other.
        const uint64_t bits = bytes.size() * 8;
        std::vector<bool> flipped(bits);
        Draws draws(seed, 0, 0, 0, d.n);
        for (uint64_t i = 0; i < std::min(d.n, bits); ++i) {
          uint64_t bit = draws.next() % bits;
          while (flipped[bit]) bit = (bit + 1) % bits;
          flipped[bit] = true;
          bytes[bit >> 3] ^= static_cast<uint8_t>(1u << (bit & 7));
        }
        break;
      }
      case Damage::What::xor_:
        for (uint8_t& b : bytes) b ^= static_cast<uint8_t>(d.n);
        break;
      case Damage::What::fill:
        std::fill(bytes.begin(), bytes.end(), static_cast<uint8_t>(d.n));
        break;
      case Damage::What::off:
        for (uint64_t i = 0; i < d.bytes.size() && d.n + i < bytes.size(); ++i)
          bytes[d.n + i] = d.bytes[i];
        break;
    }
  }
}

}  // namespace uffdscope

#include "engine/rules/damage.h"

#include <algorithm>

#include "engine/rules/draw.h"

namespace uffdscope {

void spoil(std::span<uint8_t> bytes, std::span<const Damage> damages, uint64_t seed) {
  if (bytes.empty()) return;
  for (const Damage& d : damages) {
    switch (d.what) {
      case Damage::What::flip: {
        // Different bits each time, so that an even number of flips never undoes itself by chance
        // alone.
        Draws draws(seed, 0, 0, 0, d.n);
        for (uint64_t i = 0; i < d.n; ++i) {
          uint64_t bit = draws.next() % (bytes.size() * 8);
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

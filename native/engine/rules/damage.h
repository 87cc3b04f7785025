// Bytes of an answer, spoiled on purpose.
#pragma once
#include <cstdint>
#include <span>

#include "engine/rules/rule.h"

namespace uffdscope {

/// Each damage in turn. `seed` draws the bits that flip; `bytes` is one page, or several of them,
/// each spoiled alike.
void spoil(std::span<uint8_t> bytes, std::span<const Damage> damages, uint64_t seed);

}  // namespace uffdscope

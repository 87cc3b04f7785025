// CRC-32C (Castagnoli), as iSCSI and ext4 have it: reflected 0x1EDC6F41, begun and ended with all
// ones.
#pragma once
#include <cstddef>
#include <cstdint>

namespace uffdscope {

/// Go on from `crc` (0 at first).
uint32_t crc32c(const void* data, size_t length, uint32_t crc = 0);

}  // namespace uffdscope

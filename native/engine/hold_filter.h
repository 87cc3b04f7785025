// A compiled filter as the policy asks it: looks texts up only when a test comes to them, and keeps
// what hangs on the range alone.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>

#include "engine/policy.h"

namespace uffdscope {

/// The filter, or one sentence why the program can't be trusted. `session_start` is where `t`
/// counts from (ns).
std::expected<std::shared_ptr<FaultFilter>, std::string> load_hold_filter(
    std::span<const uint8_t> program, int64_t session_start);

}  // namespace uffdscope

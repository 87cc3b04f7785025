// Tests that need something of the machine say so; without it they are skipped with the reason, and
// fail where CI promises it.
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#define NEEDS(why_not)                                     \
  if (std::string missing = (why_not); !missing.empty()) { \
    if (std::getenv("CI") != nullptr) FAIL(missing);       \
    MESSAGE("skipped: " << missing);                       \
    return;                                                \
  }

namespace native_test {

/// Why userfaultfds for faults of the kernel and for fork events can't be made; empty: they can.
std::string without_privilege();

}  // namespace native_test

// Waiting for something that another thread or process brings about.
#pragma once
#include <unistd.h>

#include "engine/clock.h"

namespace native_test {

/// Asks `done` again and again, for at most thirty seconds.
template <class Done>
bool eventually(Done done) {
  const int64_t end = uffdscope::now_ns() + 30 * uffdscope::kSecond;
  while (!done()) {
    if (uffdscope::now_ns() > end) return false;
    ::usleep(500);
  }
  return true;
}

}  // namespace native_test

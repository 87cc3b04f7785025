// The timer behind the engine's loop: never late, and set anew only where that is needed.
#include "engine/alarm.h"

#include <doctest/doctest.h>
#include <poll.h>

using namespace uffdscope;

namespace {

bool rings_within(const Alarm& alarm, int ms) {
  pollfd fd{alarm.fd(), POLLIN, 0};
  return ::poll(&fd, 1, ms) == 1;
}

}  // namespace

TEST_CASE("an alarm rings at its time, once") {
  Alarm alarm;
  REQUIRE(alarm.open());
  int64_t due = now_ns() + 5 * kMilli;
  alarm.ring_by(due);
  REQUIRE(rings_within(alarm, 20'000));
  CHECK(now_ns() >= due);
  alarm.rang();
  CHECK_FALSE(rings_within(alarm, 30));
}

TEST_CASE("an earlier time brings it forward, a later one leaves it where it is") {
  Alarm alarm;
  REQUIRE(alarm.open());
  int64_t start = now_ns();
  alarm.ring_by(start + 3600 * kSecond);
  alarm.ring_by(start + 5 * kMilli);
  alarm.ring_by(start + 3600 * kSecond);
  CHECK(rings_within(alarm, 20'000));
  alarm.rang();
  alarm.ring_by(start);  // past: at once
  CHECK(rings_within(alarm, 20'000));
}

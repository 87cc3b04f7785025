// Huge pages whose pool is empty: the kernel answers EEXIST for a page that is not there.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/engine_rig.h"
#include "support/eventually.h"
#include "support/huge_pages.h"
#include "support/needs.h"

using namespace native_test;

TEST_CASE(
    "engine: no huge page is free: the fault is held as failed, and answered once there is one") {
  NEEDS(without_keeper());
  HugePages pool(0);
  NEEDS(pool.missing());
  Victim victim({.kind = "huge", .pages = 2});
  Policy zeros;
  zeros.fallback = Default::zero;
  EngineRig rig(victim, zeros);
  rig.arm();
  int order = victim.reads(1);
  const Counters& counters = rig.engine.counters();
  auto failed = [&] { return counters.failed == 1 && counters.held == 1; };
  REQUIRE(eventually(failed));
  const uint64_t tried = counters.faults;
  CHECK(tried < 10);
  auto fault = rig.held(1)[0];
  CHECK(fault.state == State::failed);
  CHECK(fault.err == ENOMEM);
  auto notices = rig.notices();
  CHECK(std::count(notices.begin(), notices.end(), Notice::no_huge_page) == 1);
  // By hand it is tried again, and comes again.
  auto outcome = rig.answer({fault.seq});
  CHECK_FALSE(outcome[0].ok);
  CHECK(outcome[0].err == ENOMEM);
  CHECK(eventually([&] { return counters.failed == 2 && counters.held == 1; }));
  CHECK(counters.faults == tried + 1);  // no loop
  CHECK_FALSE(victim.over(order));
  pool.set(1);
  CHECK(rig.answer({rig.held(1)[0].seq})[0].ok);
  CHECK(victim.result(order) == "0");
}

// A handler that nobody saw, since it was long at work, comes back to its wait while we hold in its
// place.
#include <doctest/doctest.h>

#include "support/engine_rig.h"
#include "support/eventually.h"
#include "support/needs.h"

using namespace native_test;

TEST_CASE("engine: a handler that turns up gets back what was held because it was not seen") {
  NEEDS(without_keeper());
  Victim victim;
  Policy looks;  // holds only since nobody seems to live; nobody asked for it
  looks.fallback = Default::hold;
  EngineRig rig(victim, looks);
  REQUIRE(rig.arm() == HandlerState::none);
  int touch = victim.reads(0);
  REQUIRE(rig.held(1).size() == 1);
  victim.order("serve");
  CHECK(victim.result(touch) == "119");
  CHECK(victim.result(victim.reads(1)) == "119");
  CHECK(static_cast<Stance>(rig.engine.counters().stance.load()) == Stance::looking);
  CHECK(rig.release(true) == 0);
}

TEST_CASE(
    "engine: what was asked for goes on beside a handler that turns up, which is frozen then") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding(Default::pass));
  REQUIRE(rig.arm() == HandlerState::none);
  int touch = victim.reads(0);
  REQUIRE(rig.held(1).size() == 1);
  victim.order("serve");
  CHECK(eventually([&] {
    return static_cast<HandlerState>(rig.engine.counters().handler.load()) == HandlerState::frozen;
  }));
  CHECK_FALSE(victim.over(touch));
  rig.release(true);
  CHECK(victim.result(touch) == "119");
}

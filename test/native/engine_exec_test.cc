// The target runs another program while its faults are held: exec sends no message.
#include <doctest/doctest.h>

#include "support/engine_rig.h"
#include "support/eventually.h"
#include "support/needs.h"

using namespace native_test;

TEST_CASE("engine: what is held when the target runs another program is told as gone by itself") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding());
  REQUIRE(rig.arm() == HandlerState::none);
  victim.reads(0);
  victim.reads(1);
  REQUIRE(rig.held(2).size() == 2);
  victim.exec();
  const Counters& counters = rig.engine.counters();
  CHECK(eventually([&] { return counters.target_gone.load(); }));
  CHECK(eventually([&] { return counters.held.load() == 0; }));
  CHECK(rig.release(true) == 0);
}

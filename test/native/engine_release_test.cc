// Giving everything back: on leaving, when the keeper dies or had to act for us, and when no slot
// is left to write down what was read.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "engine/journal.h"
#include "kernel/page_size.h"
#include "support/engine_rig.h"
#include "support/eventually.h"
#include "support/field.h"
#include "support/needs.h"
#include "support/rows.h"

using namespace native_test;

namespace {

/// The journal of the engine in this process, as its keeper sees it.
Journal& journal() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("/memfd:uffdscope-journal") == std::string::npos) continue;
    return *reinterpret_cast<Journal*>(std::stoull(line, nullptr, 16));
  }
  FAIL("no journal is mapped");
  std::abort();
}

size_t slots_in_use() {
  size_t used = 0;
  Journal& j = journal();
  for (size_t i = 0; i < j.slots_high.load(); ++i) used += j.slots[i].monitor.load() != 0;
  return used;
}

}  // namespace

TEST_CASE("engine: leaving hands every held fault back, and lets go of the uffd") {
  NEEDS(without_keeper());
  Victim victim({.pages = 300});
  auto uffd = victim.uffd();
  std::vector<int> orders;
  {
    EngineRig rig(victim, holding());
    rig.arm();
    for (size_t page = 0; page < 200; ++page) orders.push_back(victim.reads(page));
    rig.held(200);
    CHECK(unread(uffd) == 0);
    CHECK(slots_in_use() == 200);
    CHECK(rig.release(true) == 200);
    CHECK(slots_in_use() == 0);
    CHECK(rig.engine.counters().handed_back == 200);
    CHECK(rig.engine.counters().stance == static_cast<uint8_t>(Stance::left));
    // Each thread faulted anew: their messages wait for whoever reads next.
    CHECK(eventually([&] { return unread(uffd) == 200; }));
    // What is asked after the end is answered, not lost.
    CHECK_FALSE(rig.answer({1})[0].ok);
    CHECK(rig.arm() == HandlerState::unknown);
    CHECK(rig.release(true) == 0);
  }
  CHECK(uffd.zeropage(victim.at(0), 300 * page_size()).complete());
  for (int order : orders) CHECK(victim.result(order) == "0");
}

TEST_CASE("engine: released to look on, it reads nothing, and can take part again") {
  NEEDS(without_keeper());
  Victim victim;
  auto uffd = victim.uffd();
  EngineRig rig(victim, holding(Default::zero));
  rig.arm();
  int order = victim.reads(0);
  rig.held(1);
  CHECK(rig.release(false) == 1);
  CHECK(rig.engine.counters().stance == static_cast<uint8_t>(Stance::looking));
  CHECK(eventually([&] { return unread(uffd) == 1; }));
  ::usleep(50'000);
  CHECK(unread(uffd) == 1);
  CHECK_FALSE(victim.over(order));
  rig.engine.set_hold(true, nullptr);  // is a reason to take part
  auto again = rig.held(1)[0];
  rig.answer({again.seq});
  CHECK(victim.result(order) == "0");
}

TEST_CASE("engine: its end is a release, even with faults held, delayed and asked for") {
  NEEDS(without_keeper());
  Victim victim;
  auto uffd = victim.uffd();
  std::vector<ActOutcome> late;
  {
    EngineRig rig(victim, holding(Default::zero));
    rig.arm();
    for (size_t page = 0; page < 3; ++page) victim.reads(page);
    auto held = rig.held(3);
    rig.delay({held[0].seq}, 3600 * kSecond);
  }
  CHECK(eventually([&] { return unread(uffd) == 3; }));
  CHECK(eventually([&] { return unanswered(uffd) == 3; }));
}

TEST_CASE("engine: the keeper dies: another is started, and the faults come back") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding(Default::zero));
  rig.arm();
  int order = victim.reads(0);
  auto before = rig.held(1)[0];
  pid_t keeper = rig.engine.keeper_pid();
  REQUIRE(::kill(keeper, SIGKILL) == 0);
  REQUIRE(eventually([&] {
    auto waiting = rig.engine.waiting();
    return waiting.size() == 1 && waiting[0].record.seq != before.seq;
  }));
  rig.settle();
  CHECK(rig.engine.keeper_pid() != keeper);
  CHECK(rig.record(before.seq).state == State::gone);
  CHECK(slots_in_use() == 1);
  auto after = rig.held(1)[0];
  rig.answer({after.seq});
  CHECK(victim.result(order) == "0");
}

TEST_CASE(
    "engine: stuck for longer than the keeper waits, it finds its faults handed back, and goes "
    "on") {
  NEEDS(without_keeper());
  /// A filter that takes three seconds, once.
  struct Stuck : FaultFilter {
    mutable std::atomic<bool> once{true};
    bool matches(const FaultRecord&, const RangeInfo*) const override {
      if (once.exchange(false)) ::usleep(3'000'000);
      return true;
    }
  };
  Victim victim;
  EngineRig rig(victim, holding(Default::zero));
  rig.arm();
  int first = victim.reads(0);
  auto held = rig.held(1)[0];
  rig.engine.set_hold(true, std::make_shared<Stuck>());
  int second = victim.reads(1);
  REQUIRE(eventually([&] { return rig.engine.counters().handed_back > 0; }));
  CHECK(rig.log(LogType::took_turn).size() == 1);
  CHECK(rig.record(held.seq).state == State::gone);
  CHECK(rig.record(held.seq).by == By::keeper);
  REQUIRE(eventually([&] { return rig.engine.waiting().size() == 2; }));
  std::vector<uint64_t> seqs;
  for (const auto& fault : rig.held(2)) seqs.push_back(fault.seq);
  rig.answer(seqs);
  CHECK(victim.result(first) == "0");
  CHECK(victim.result(second) == "0");
  rig.held(0);
  CHECK(slots_in_use() == 0);
}

TEST_CASE("engine: where no slot is left a fault is handed back at once, and that is said") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding(Default::zero));
  journal().slots_high = kSlots - 2;  // as if all the others were in use
  rig.arm();
  std::vector<int> orders;
  for (size_t page = 0; page < 3; ++page) orders.push_back(victim.reads(page));
  auto held = rig.held(2);
  CHECK(rig.count(rig.engine.counters().handed_back, 1) >= 1);
  CHECK(rig.notices().back() == Notice::journal_full);
  // A slot that is given back serves the next.
  rig.answer({held[0].seq});
  auto next = rig.held(2);
  rig.answer({next[0].seq, next[1].seq});
  for (int order : orders) CHECK(victim.result(order) == "0");
}

// Events of the target while the engine takes part: forks, memory that moves or goes, and its end.
#include <doctest/doctest.h>
#include <signal.h>

#include <cerrno>

#include "kernel/page_size.h"
#include "support/engine_rig.h"
#include "support/eventually.h"
#include "support/field.h"
#include "support/needs.h"
#include "support/rows.h"

using namespace native_test;

namespace {

constexpr uint64_t kAllEvents = abi::kFeatAllEvents;

class PageNumbers : public Source {
  Result<void> fill(uint64_t offset, std::span<uint8_t> into) override {
    for (size_t i = 0; i < into.size(); ++i) {
      into[i] = static_cast<uint8_t>((offset + i) / page_size());
    }
    return {};
  }
};

Policy numbered(bool hold = false) {
  Policy policy;
  policy.fallback = Default::source;
  policy.source = std::make_shared<PageNumbers>();
  policy.hold_on = hold;
  return policy;
}

}  // namespace

TEST_CASE("engine: an event that nobody owns is read, so that answers go on") {
  NEEDS(without_keeper());
  Victim victim({.features = kAllEvents});
  EngineRig rig(victim, numbered());
  rig.arm();
  CHECK(victim.result(victim.reads(3)) == "3");
  CHECK(victim.result(victim.order("remove", 2, 4)) == "0");
  auto removed = rig.log(LogType::remove);
  REQUIRE(removed.size() == 1);
  CHECK(removed[0].a == victim.at(2));
  CHECK(removed[0].b == victim.at(6));
  CHECK(victim.result(victim.reads(3)) == "3");  // it faulted again and was filled again
}

TEST_CASE("engine: removals and faults of many threads at once: every answer arrives") {
  NEEDS(without_keeper());
  Victim victim({.pages = 64, .features = kAllEvents});
  EngineRig rig(victim, numbered());
  rig.arm();
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<int, std::string>> orders;
    for (int page = 0; page < 64; page += 4) {
      orders.emplace_back(victim.reads(static_cast<size_t>(page)), std::to_string(page));
      orders.emplace_back(victim.order("remove", page + 1, 2), "0");
    }
    for (auto& [order, result] : orders) CHECK(victim.result(order) == result);
    CHECK(victim.result(victim.order("remove", 0, 64)) == "0");
  }
  CHECK(rig.engine.counters().failed == 0);
  CHECK(rig.engine.counters().held == 0);
}

TEST_CASE("engine: a forked child is answered by us, since we alone hold its uffd") {
  NEEDS(without_keeper());
  Victim victim({.features = kAllEvents});
  EngineRig rig(victim, numbered());
  rig.arm();
  CHECK(victim.result(victim.order("fork", 5)) == "5");
  auto forks = rig.log(LogType::fork);
  REQUIRE(forks.size() == 1);
  CHECK(rig.count(rig.engine.counters().resolved, 1) == 1);
  CHECK(rig.record(1).monitor == 2);
  // The parent's page is its own, and still missing.
  CHECK(victim.result(victim.reads(5)) == "5");
  CHECK(rig.record(2).monitor == 1);
  // Child after child, more than can be taken part in at once, and the parent goes on.
  for (size_t i = 0; i < kMaxMonitors + 20; ++i) {
    CHECK(victim.result(victim.order("fork", 6)) == "6");
  }
  CHECK(rig.engine.counters().target_gone == false);
}

TEST_CASE("engine: a child's fault that is held is answered by hand, and the parent's too") {
  NEEDS(without_keeper());
  Victim victim({.features = kAllEvents});
  EngineRig rig(victim, numbered(true));
  rig.arm();
  int forked = victim.order("fork", 5);
  auto of_child = rig.held(1)[0];
  CHECK(of_child.monitor == 2);
  int order = victim.reads(5);
  auto held = rig.held(2);
  // One page address, two memories: one answer is one answer.
  rig.answer({of_child.seq});
  CHECK(victim.result(forked) == "5");
  CHECK_FALSE(victim.over(order));
  rig.answer({held[1].seq});
  CHECK(victim.result(order) == "5");
}

TEST_CASE(
    "engine: more children at once than can be taken part in: the last wait, and read no zeros") {
  NEEDS(without_keeper());
  Victim victim({.features = kAllEvents});
  EngineRig rig(victim, numbered(true));
  rig.arm();
  const size_t children = kMaxMonitors + 5, at_once = kMaxMonitors - 1;
  std::vector<int> forks;
  for (size_t i = 0; i < children; ++i) forks.push_back(victim.order("fork", 6));
  auto answer_all = [&](size_t count) {
    std::vector<uint64_t> seqs;
    for (const auto& fault : rig.held(count)) seqs.push_back(fault.seq);
    rig.answer(seqs);
  };
  answer_all(at_once);
  answer_all(children - at_once);
  for (int fork : forks) CHECK(victim.result(fork) == "6");
}

TEST_CASE("engine: a child's page is not taken for its parent's, which is there") {
  NEEDS(without_keeper());
  Victim victim({.features = kAllEvents});
  EngineRig rig(victim, numbered(true));
  rig.arm();
  int forked = victim.order("fork", 5);
  auto of_child = rig.held(1)[0];
  REQUIRE(victim.uffd().zeropage(victim.at(5), page_size()).complete());
  ::usleep(800'000);  // the engine looks for pages that others filled a few times a second
  auto still = rig.held(1)[0];
  CHECK(still.seq == of_child.seq);
  rig.answer({still.seq});
  CHECK(victim.result(forked) == "5");
}

TEST_CASE("engine: a page that another fills is no longer held") {
  NEEDS(without_keeper());
  Victim victim;
  auto uffd = victim.uffd();
  EngineRig rig(victim, numbered(true));
  rig.arm();
  int order = victim.reads(5);
  auto fault = rig.held(1)[0];
  std::vector<uint8_t> bytes(page_size(), 0x44);
  REQUIRE(uffd.copy(victim.at(5), bytes.data(), bytes.size(), abi::kCopyDontwake).complete());
  rig.held(0);
  CHECK(victim.result(order) == "68");  // woken, though whoever filled it forgot to
  CHECK(rig.record(fault.seq).state == State::gone);
  CHECK(rig.record(fault.seq).by == By::handler);
}

TEST_CASE(
    "engine: memory that moves is answered at its new place, from its old one in the source") {
  NEEDS(without_keeper());
  Victim victim({.features = kAllEvents});
  EngineRig rig(victim, numbered());
  rig.arm();
  CHECK(rig.ranges() == "anon[0]@0+16");
  auto to = std::stoull(victim.result(victim.order("remap", 0, 16)), nullptr, 16);
  auto moved = rig.log(LogType::remap);
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].a == victim.at(0));
  CHECK(moved[0].b == to);
  CHECK(moved[0].c == 16 * page_size());
  CHECK(rig.ranges() == "anon[0]@elsewhere+16");
  // The victim only knows its old addresses; a child of the same layout reads through our uffd.
  auto uffd = victim.uffd();
  CHECK(uffd.zeropage(to, page_size()).complete());
  CHECK(uffd.zeropage(victim.at(0), page_size()).err == ENOENT);
}

TEST_CASE("engine: memory that goes leaves the table, and a fault held there is told gone") {
  NEEDS(without_keeper());
  Victim victim({.features = kAllEvents});
  EngineRig rig(victim, numbered(true));
  rig.arm();
  int order = victim.reads(3);
  auto fault = rig.held(1)[0];
  CHECK(victim.result(victim.order("unmap", 2, 4)) == "0");
  CHECK(rig.log(LogType::unmap).size() == 1);
  CHECK(rig.ranges() == "anon[0]@0+2 anon[1]@6+10");
  rig.held(0);
  CHECK(victim.result(order) == "signal 11");
  CHECK(rig.record(fault.seq).state == State::gone);
  CHECK(name_of(rig.record(fault.seq).err) == "ENOENT");
  CHECK_FALSE(rig.answer({fault.seq})[0].ok);
}

TEST_CASE("engine: memory goes and no message tells: what was held there ends all the same") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, numbered(true));
  rig.arm();
  int lost = victim.reads(3);
  int kept = victim.reads(9);
  REQUIRE(rig.held(2).size() == 2);
  auto held = rig.held(2);
  CHECK(victim.result(victim.order("unmap", 2, 4)) == "0");
  auto left = rig.held(1);
  CHECK(left[0].page == victim.at(9));
  CHECK(victim.result(lost) == "signal 11");
  CHECK_FALSE(victim.over(kept));
  for (const auto& fault : held) {
    if (fault.page == victim.at(3)) CHECK(name_of(rig.record(fault.seq).err) == "ENOENT");
  }
  rig.answer({left[0].seq});
  CHECK(victim.result(kept) == "9");
}

TEST_CASE("engine: the target dies: what was held is told gone, and asking further hangs nobody") {
  NEEDS(without_keeper());
  for (bool exec : {false, true}) {
    CAPTURE(exec);
    Victim victim;
    EngineRig rig(victim, numbered(true));
    rig.arm();
    victim.reads(1);
    victim.reads(2);
    auto held = rig.held(2);
    exec ? victim.exec() : victim.kill();
    auto first = rig.answer({held[0].seq});
    CHECK_FALSE(first[0].ok);
    CHECK(name_of(first[0].err) == "ESRCH");
    CHECK(rig.engine.counters().target_gone);
    CHECK(rig.record(held[0].seq).state == State::gone);
    auto second = rig.answer({held[1].seq});
    CHECK_FALSE(second[0].ok);
    rig.held(0);
    CHECK(rig.record(held[1].seq).state == State::gone);
    CHECK(rig.release(true) == 0);
  }
}

TEST_CASE("engine: the end of a child does not end taking part in its parent") {
  NEEDS(without_keeper());
  Victim victim({.features = kAllEvents});
  EngineRig rig(victim, numbered(true));
  rig.arm();
  int forked = victim.order("fork", 5);
  auto of_child = rig.held(1)[0];
  rig.act({of_child.seq}, Action::poison);  // its end
  CHECK(victim.result(forked) == "135");    // 128 + SIGBUS
  int order = victim.reads(5);
  auto fault = rig.held(1)[0];
  rig.answer({fault.seq});
  CHECK(victim.result(order) == "5");
}

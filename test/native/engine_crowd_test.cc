// Ten thousand threads that wait, and more than the journal has slots for.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <future>

#include "engine/journal.h"
#include "kernel/page_size.h"
#include "support/engine_rig.h"
#include "support/eventually.h"
#include "support/field.h"
#include "support/needs.h"

using namespace native_test;

namespace {

/// Waits for a condition that thousands of threads on a busy machine bring about.
template <class Done>
bool in_the_end(Done done) {
  for (int64_t end = now_ns() + 60 * kSecond; now_ns() < end; ::usleep(2'000))
    if (done()) return true;
  return false;
}

std::string result_of_crowd(Victim& victim, int order) {
  CHECK(in_the_end([&] { return victim.over(order); }));
  return victim.result(order);
}

std::vector<uint64_t> seqs_of(Engine& engine) {
  std::vector<uint64_t> seqs;
  for (const auto& w : engine.waiting()) seqs.push_back(w.record.seq);
  return seqs;
}

size_t slots_in_use(EngineRig& rig) {
  size_t used = 0;
  for (const auto& w : rig.engine.waiting()) used += w.slot < kSlots;
  return used;
}

/// Each page takes a tenth of a second, as waking one of thousands does on a busy machine.
class SlowSource : public Source {
 public:
  Result<void> fill(uint64_t, std::span<uint8_t> into) override {
    ::usleep(100'000);
    std::ranges::fill(into, uint8_t{0x5a});
    return {};
  }
};

}  // namespace

TEST_CASE("engine: one that answers slowly is at work, and the keeper does not take its turn") {
  NEEDS(without_keeper());
  constexpr long kCrowd = 24;  // of which the last to be read lands more than a second too late
  Victim victim({.pages = kCrowd});
  Policy slow = holding(Default::source);
  slow.hold_on = false;
  slow.source = std::make_shared<SlowSource>();
  auto uffd = victim.uffd();
  int order = victim.order("crowd", 0, kCrowd);
  REQUIRE(in_the_end([&] { return unread(uffd) == kCrowd; }));
  EngineRig rig(victim, slow);
  rig.arm();
  CHECK(result_of_crowd(victim, order) == "90:24");
  auto notices = rig.notices();
  CHECK(std::ranges::count(notices, Notice::keeper_took_turn) == 0);
}

TEST_CASE(
    "engine: ten thousand answers are one request, and another fault does not wait for them") {
  NEEDS(without_keeper());
  constexpr long kCrowd = 10'000;
  Victim victim({.pages = kCrowd + 1});
  EngineRig rig(victim, holding(Default::zero), 15);
  rig.arm();
  int crowd = victim.order("crowd", 0, kCrowd);
  REQUIRE(in_the_end([&] { return rig.engine.counters().held >= kCrowd; }));
  ActRequest all;
  all.what = ActRequest::What::fixed;
  all.action = Action::copy;
  all.source = pattern_source(0x5a);
  all.seqs = seqs_of(rig.engine);
  std::vector<ActOutcome> outcomes;
  std::atomic<bool> done{false};
  std::promise<uint64_t> answered_by_then;
  rig.on_engine([&] {  // so that nothing comes between
    rig.engine.act(all, [&](auto told) {
      outcomes = std::move(told);
      done = true;
    });
    rig.engine.change_policy(
        [&](Policy&) { answered_by_then.set_value(rig.engine.counters().resolved); });
  });
  // What is asked after it comes to its turn before the last of them.
  CHECK(answered_by_then.get_future().get() < kCrowd);
  REQUIRE(in_the_end([&] { return done.load(); }));
  CHECK(outcomes.size() == kCrowd);
  CHECK(std::all_of(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.ok; }));
  CHECK(std::is_sorted(outcomes.begin(), outcomes.end(),
                       [](const auto& a, const auto& b) { return a.seq < b.seq; }));
  CHECK(rig.engine.counters().held == 0);
  CHECK(result_of_crowd(victim, crowd) == "90:10000");
}

TEST_CASE("engine: ten thousand are delayed, and answered in time") {
  NEEDS(without_keeper());
  constexpr long kCrowd = 10'000;
  Victim victim({.pages = kCrowd});
  EngineRig rig(victim, holding(Default::zero), 15);
  rig.arm();
  int crowd = victim.order("crowd", 0, kCrowd);
  REQUIRE(in_the_end([&] { return rig.engine.counters().held >= kCrowd; }));
  rig.delay(seqs_of(rig.engine), 3600 * kSecond);
  CHECK(rig.engine.counters().delayed == kCrowd);
  CHECK(rig.engine.counters().held == 0);
  rig.delay(seqs_of(rig.engine), 0);
  CHECK(result_of_crowd(victim, crowd) == "0:10000");
  CHECK(rig.engine.counters().delayed == 0);
}

TEST_CASE(
    "engine: more wait than can be written down: the rest stays unread, and nothing is lost") {
  NEEDS(without_keeper());
  constexpr size_t kCrowd = 17'000;
  static_assert(kCrowd > kSlots);
  Victim victim({.pages = kCrowd});
  auto uffd = victim.uffd();
  EngineRig rig(victim, holding(Default::hold), 15);
  rig.arm();
  int crowd = victim.order("crowd", 0, kCrowd);
  const Counters& counters = rig.engine.counters();
  REQUIRE(in_the_end([&] { return counters.held == kSlots && unanswered(uffd) == kCrowd; }));
  REQUIRE(in_the_end([&] { return unread(uffd) == kCrowd - kSlots; }));
  auto noticed = rig.notices();
  CHECK(std::count(noticed.begin(), noticed.end(), Notice::journal_full) == 1);
  CHECK(slots_in_use(rig) == kSlots);
  // A slot that is free again takes the next, and only that.
  auto seqs = seqs_of(rig.engine);
  rig.act({seqs[0]}, Action::copy, pattern_source(0x5a));
  CHECK(in_the_end([&] { return counters.held == kSlots && unread(uffd) == kCrowd - kSlots - 1; }));
  const uint64_t before = counters.handed_back;
  CHECK(rig.release(true) == kSlots);
  CHECK(counters.handed_back - before == kSlots);
  CHECK(slots_in_use(rig) == 0);
  CHECK(in_the_end([&] { return unread(uffd) == kCrowd - 1; }));
  std::vector<uint8_t> page(page_size(), 0x5a);
  for (size_t i = 0; i < kCrowd; ++i) (void)uffd.copy(victim.at(i), page.data(), page.size());
  CHECK(result_of_crowd(victim, crowd) == "90:17000");
}

// What is counted of faults and answers.
#include "engine/statistics.h"

#include <doctest/doctest.h>

#include "engine/fault_table.h"

using namespace uffdscope;

namespace {

FaultRecord answered(Kind kind, Action action, By by, uint32_t tid, int64_t took) {
  FaultRecord f{};
  f.kind = kind;
  f.access = Access::write;
  f.action = action;
  f.by = by;
  f.pid = 7;
  f.tid = tid;
  f.read_at = 1000;
  f.answered_at = 1000 + took;
  return f;
}

void count(Statistics& s, const FaultRecord& f) {
  s.faulted(f);
  s.answered(f);
}

}  // namespace

TEST_CASE("statistics: by kind, access, action and who answered; latencies by kind and action") {
  Statistics s;
  CHECK(s.latency(0, 0) == nullptr);
  count(s, answered(Kind::missing, Action::zero, By::default_, 1, 100));
  count(s, answered(Kind::missing, Action::zero, By::rule, 1, 300));
  count(s, answered(Kind::wp, Action::unprotect, By::rule, 1, 500));
  s.faulted(answered(Kind::minor, Action::none, By::none, 2, 0));
  const auto kind = [](Kind k) { return static_cast<size_t>(k); };
  const auto action = [](Action a) { return static_cast<size_t>(a); };
  CHECK(s.faults(kind(Kind::missing), 1) == 2);
  CHECK(s.faults(kind(Kind::missing), 0) == 0);
  CHECK(s.faults(kind(Kind::minor), 1) == 1);
  CHECK(s.answers(action(Action::zero), static_cast<size_t>(By::rule)) == 1);
  CHECK(s.answers(action(Action::unprotect), static_cast<size_t>(By::rule)) == 1);
  REQUIRE(s.latency(kind(Kind::missing), action(Action::zero)));
  CHECK(s.latency(kind(Kind::missing), action(Action::zero))->count() == 2);
  CHECK(s.latency(kind(Kind::missing), action(Action::zero))->max() == 300);
  CHECK(s.latency(kind(Kind::minor), action(Action::continue_)) == nullptr);
}

TEST_CASE("statistics: threads, busiest first") {
  Statistics s;
  for (uint32_t tid = 1; tid <= 5; ++tid)
    for (uint32_t i = 0; i < tid; ++i)
      count(s, answered(Kind::missing, Action::zero, By::default_, tid, 10 * tid));
  const auto top = s.top_threads(2);
  REQUIRE(top.size() == 2);
  CHECK(top[0].tid == 5);
  CHECK(top[0].faults == 5);
  CHECK(top[0].waited_ns == 250);
  CHECK(top[0].longest_ns == 50);
  CHECK(top[1].tid == 4);
  CHECK(s.top_threads(100).size() == 5);
  CHECK(s.top_threads(0).empty());
}

TEST_CASE("statistics: more threads than are kept are counted together, those kept go on") {
  Statistics s;
  const uint32_t all = Statistics::kMaxThreads + 500;
  for (uint32_t tid = 1; tid <= all; ++tid)
    count(s, answered(Kind::missing, Action::zero, By::default_, tid, 1));
  count(s, answered(Kind::missing, Action::zero, By::default_, 1, 1));
  CHECK(s.threads() == Statistics::kMaxThreads + 1);
  const auto top = s.top_threads(2);
  CHECK(top[0].tid == 0);
  CHECK(top[0].faults == 500);
  CHECK(top[1].tid == 1);
  CHECK(top[1].faults == 2);
}

TEST_CASE("statistics: the pages that faulted most, and how many did") {
  FaultTable table(4);
  for (uint64_t page = 0; page < 2000; ++page)
    for (uint64_t i = 0; i <= (page % 700 == 5 ? page : 0); ++i)
      table.count_hit(1, 0x7f0000000000 + page * 4096);
  uint64_t pages = 0;
  const auto top = table.top_pages(4, pages);
  CHECK(pages == 2000);
  REQUIRE(top.size() == 4);
  CHECK(top[0].page == 0x7f0000000000 + 1405 * 4096);
  CHECK(top[0].hits == 1406);
  CHECK(top[1].hits == 706);
  CHECK(top[2].hits == 6);
  CHECK(top[3].hits == 1);
  CHECK(top[3].page == 0x7f0000000000);
  CHECK(table.top_pages(0, pages).empty());
}

TEST_CASE("histogram: how many took at most so long") {
  auto h = std::make_unique<Histogram>();
  for (int64_t ns : {10, 63, 100, 1000, 1'000'000}) h->record(ns);
  CHECK(h->at_most(9) == 0);
  CHECK(h->at_most(63) == 2);
  CHECK(h->at_most(999) == 3);
  CHECK(h->at_most(1100) == 4);
  CHECK(h->at_most(~0ull >> 1) == 5);
}

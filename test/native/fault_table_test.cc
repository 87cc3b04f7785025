// Every fault by its number, and those that wait beyond the ring's memory.
#include "engine/fault_table.h"

#include <doctest/doctest.h>

using namespace uffdscope;

namespace {

FaultRecord fault(FaultTable& table, uint64_t page) {
  FaultRecord& r = table.begin();
  uint64_t seq = table.next_seq();
  r = FaultRecord{};
  r.page = page;
  r.state = State::held;
  FaultRecord copy = r;
  table.publish(r);
  copy.seq = seq;
  return copy;
}

}  // namespace

TEST_CASE("faults: numbered from 1 in the order they came") {
  FaultTable table(4);
  CHECK(table.next_seq() == 1);
  CHECK(fault(table, 0x1000).seq == 1);
  CHECK(fault(table, 0x2000).seq == 2);
  CHECK(table.find(1)->page == 0x1000);
  CHECK(table.find(2)->seq == 2);
  CHECK(table.find(3) == nullptr);
}

TEST_CASE("faults: one that waits outlives the ring") {
  FaultTable table(2);
  auto held = fault(table, 0x1000);
  table.wait(held, 7);
  for (uint64_t i = 0; i < 10; ++i) fault(table, 0x5000 + i);
  CHECK(table.find(1) == nullptr);
  REQUIRE(table.waiting(1));
  CHECK(table.waiting(1)->record.page == 0x1000);
  CHECK(table.waiting(1)->slot == 7);
  auto changes = table.changes();
  held.state = State::resolved;
  table.update(held);  // its place in the ring is another's now
  CHECK(table.changes() > changes);
  for (uint64_t seq = 8; seq <= 11; ++seq) CHECK(table.find(seq)->state == State::held);
  table.settle(1);
  CHECK(table.waiting(1) == nullptr);
  CHECK(table.all_waiting().empty());
}

TEST_CASE("faults: an update reaches the record in the ring") {
  FaultTable table(2);
  auto held = fault(table, 0x1000);
  table.wait(held, 0);
  held.state = State::failed;
  held.err = 22;
  table.update(held);
  CHECK(table.find(1)->state == State::failed);
  CHECK(table.find(1)->err == 22);
  CHECK(table.find(1)->seq == 1);
}

TEST_CASE("faults: those that wait stand oldest first") {
  FaultTable table(4);
  for (uint64_t i = 0; i < 5; ++i) table.wait(fault(table, i << 12), static_cast<uint32_t>(i));
  table.settle(2);
  std::vector<uint64_t> seqs;
  for (const auto& [seq, waiting] : table.all_waiting()) seqs.push_back(seq);
  CHECK(seqs == std::vector<uint64_t>{1, 3, 4, 5});
  table.settle(2);  // twice is no harm
  CHECK(table.all_waiting().size() == 4);
}

TEST_CASE("faults: hits are counted by page, near and far apart, and stop at the most that fits") {
  FaultTable table(2);
  CHECK(table.count_hit(1, 0x1000) == 1);
  CHECK(table.count_hit(1, 0x2000) == 1);
  CHECK(table.count_hit(1, 0x1000) == 2);
  CHECK(table.count_hit(1, 0x1000 + (2ull << 20)) == 1);  // the same place of the next 2 MiB
  CHECK(table.count_hit(1, 0x7fff'ffff'f000) == 1);
  CHECK(table.count_hit(1, 0) == 1);
  CHECK(table.count_hit(1, 0x1000) == 3);
  for (int i = 0; i < 70000; ++i) table.count_hit(1, 0x3000);
  CHECK(table.count_hit(1, 0x3000) == UINT16_MAX);
}

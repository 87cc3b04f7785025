// The ring of records, and what stands on it: the event log.
#include "engine/ring.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "engine/event_log.h"

using namespace uffdscope;

namespace {

struct Record {
  uint64_t number;
  uint64_t value;
};

uint64_t put(Ring<Record>& ring, uint64_t value) {
  Record& r = ring.begin();
  r.value = value;
  return ring.publish(r);
}

/// As a reader in another language does it: number, content, number again.
bool read_as_a_stranger(Ring<Record>& ring, uint64_t n, Record& into) {
  into = ring.data()[n & (ring.capacity() - 1)];
  return into.number == n;
}

}  // namespace

TEST_CASE("ring: empty") {
  Ring<Record> ring(2);
  CHECK(ring.capacity() == 4);
  CHECK(ring.bytes() == 4 * sizeof(Record));
  CHECK(ring.last() == 0);
  CHECK(ring.first() == 1);  // nothing between first and last
  CHECK(ring.find(0) == nullptr);
  CHECK(ring.find(1) == nullptr);
}

TEST_CASE("ring: records are numbered from 1, and the oldest go when it is full") {
  Ring<Record> ring(2);
  for (uint64_t i = 1; i <= 4; ++i) CHECK(put(ring, i * 10) == i);
  CHECK(ring.first() == 1);
  CHECK(put(ring, 50) == 5);
  CHECK(ring.first() == 2);
  CHECK(ring.last() == 5);
  CHECK(ring.find(1) == nullptr);
  for (uint64_t i = 2; i <= 5; ++i) CHECK(ring.find(i)->value == i * 10);
  CHECK(ring.find(6) == nullptr);
}

TEST_CASE("ring: many times around") {
  Ring<Record> ring(3);
  for (uint64_t i = 1; i <= 1000; ++i) {
    put(ring, i);
    CHECK(ring.find(i)->value == i);
    CHECK((i <= 8) == (ring.find(1) != nullptr));
  }
  CHECK(ring.first() == 993);
}

TEST_CASE(
    "ring: a reader that was overtaken can tell, and one that reads what is being written too") {
  Ring<Record> ring(2);
  for (uint64_t i = 1; i <= 4; ++i) put(ring, i);
  Record got;
  CHECK(read_as_a_stranger(ring, 2, got));
  put(ring, 5);
  put(ring, 6);
  CHECK_FALSE(read_as_a_stranger(ring, 2, got));
  CHECK(got.number == 6);
  Record& open = ring.begin();  // being written: it is nobody's
  open.value = 99;
  CHECK_FALSE(read_as_a_stranger(ring, 3, got));
  CHECK_FALSE(read_as_a_stranger(ring, 7, got));
  CHECK(ring.find(3) == nullptr);
  CHECK(ring.last() == 6);
  CHECK(ring.publish(open) == 7);
  CHECK(read_as_a_stranger(ring, 7, got));
  CHECK(got.value == 99);
}

TEST_CASE("ring: what last() covers can be read by another thread while the writer goes on") {
  Ring<Record> ring(17);
  constexpr uint64_t kRecords = 100000;
  std::thread writer([&] {
    for (uint64_t i = 1; i <= kRecords; ++i) put(ring, i * 3);
  });
  for (uint64_t seen = 0; seen < kRecords;) {
    uint64_t last = ring.last();
    for (; seen < last; ++seen) {
      const Record& r = ring.data()[(seen + 1) & (ring.capacity() - 1)];
      if (r.number != seen + 1 || r.value != r.number * 3) FAIL("record " << seen + 1);
    }
  }
  writer.join();
}

TEST_CASE(
    "event log: an entry is written down as it is, with its time; what is lost shows in the "
    "numbers") {
  EventLog log(2);
  log.add({.type = LogType::resolve,
           .monitor = 3,
           .seq = 77,
           .a = 1,
           .b = 2,
           .c = 3,
           .pid = 42,
           .by_id = 5,
           .err = 17,
           .action = Action::copy,
           .by = By::rule},
          123456);
  const LogRecord* r = log.ring().find(1);
  REQUIRE(r);
  CHECK(r->index == 1);
  CHECK(r->t == 123456);
  CHECK(r->type == LogType::resolve);
  CHECK(r->monitor == 3);
  CHECK(r->seq == 77);
  CHECK((r->a == 1 && r->b == 2 && r->c == 3));
  CHECK(r->pid == 42);
  CHECK(r->by_id == 5);
  CHECK(r->err == 17);
  CHECK(r->action == Action::copy);
  CHECK(r->by == By::rule);

  int64_t before = now_ns();
  for (int i = 0; i < 5; ++i) log.add({.type = LogType::note, .a = static_cast<uint64_t>(i)});
  CHECK(log.ring().find(6)->t >= before);
  CHECK(log.ring().first() == 3);  // two are lost
  CHECK(log.ring().find(1) == nullptr);
  CHECK(log.ring().find(6)->a == 4);
  CHECK(log.ring().find(6)->seq == 0);  // nothing of what stood in the slot before
  CHECK(log.ring().find(6)->pid == 0);
}

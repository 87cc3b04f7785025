// The registered ranges: a range keeps its number and name for as long as it is the same memory.
#include "engine/range_table.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace uffdscope;

namespace {

RangeInfo range(uint64_t start, uint64_t end, std::string path = "", bool shared = false) {
  RangeInfo r;
  r.pid = 7;
  r.start = start;
  r.end = end;
  r.modes = 1;
  r.prot = shared ? "rw-s" : "rw-p";
  r.shared = shared;
  r.path = std::move(path);
  return r;
}

/// "0:anon[0]@1000-3000 …"
std::string told(const RangeTable& table) {
  std::ostringstream text;
  for (const auto& r : table.all()) {
    text << (text.tellp() > 0 ? " " : "") << r.id << ':' << r.name << '@' << std::hex << r.start
         << '-' << r.end << std::dec;
  }
  return text.str();
}

}  // namespace

TEST_CASE("ranges: every kind of mapping has its name") {
  struct {
    const char *path, *prot;
    bool shared;
    const char* name;
  } const rows[] = {
      {"", "rw-p", false, ""},
      {"", "rw-s", true, "shm"},
      {"[heap]", "rw-p", false, "heap"},
      {"[stack]", "rw-p", false, "stack"},
      {"[stack:123]", "rw-p", false, "stack"},
      {"[anon:glibc: malloc]", "rw-p", false, "anon:glibc: malloc"},
      {"[anon_shmem:queue]", "rw-s", true, "anon:queue"},
      {"/memfd:guest (deleted)", "rw-s", true, "memfd:guest"},
      {"/dev/shm/ring", "rw-s", true, "shm:ring"},
      {"/dev/shm/ring (deleted)", "rw-s", true, "shm:ring"},
      {"/dev/zero (deleted)", "rw-s", true, "shm"},
      {"/SYSV0001e240 (deleted)", "rw-s", true, "shm:SYSV0001e240"},
      {"/anon_hugepage (deleted)", "rw-p", false, "hugetlb"},
      {"/usr/lib/libc.so.6", "r-xp", false, "libc.so.6:text"},
      {"/usr/lib/libc.so.6", "rw-p", false, "libc.so.6:data"},
      {"/var/lib/a b/guest ram.img", "rw-s", true, "guest ram.img:data"},
      {"[anon:]", "rw-p", false, "anon:"},
      {"/", "rw-p", false, ":data"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.path));
    CHECK(range_base_name(row.path, row.prot, row.shared) == row.name);
  }
}

TEST_CASE("ranges: found by any address inside, by none outside") {
  RangeTable table({range(0x1000, 0x3000), range(0x5000, 0x6000)});
  CHECK(table.find(0xfff) == nullptr);
  CHECK(table.find(0x1000)->id == 0);
  CHECK(table.find(0x2fff)->id == 0);
  CHECK(table.find(0x3000) == nullptr);
  CHECK(table.find(0x5fff)->id == 1);
  CHECK(table.find(0x6000) == nullptr);
  CHECK(table.find(0x1000)->id == 0);
  CHECK(RangeTable().find(0) == nullptr);
  CHECK(table.by_id(1)->start == 0x5000);
  CHECK(table.by_id(2) == nullptr);
}

TEST_CASE("ranges: names are one of a kind") {
  RangeTable table({range(0x1000, 0x2000), range(0x3000, 0x4000, "/dev/shm/a", true),
                    range(0x5000, 0x6000, "/dev/shm/a", true), range(0x7000, 0x8000),
                    range(0x9000, 0xa000, "/dev/shm/a", true)});
  CHECK(told(table) ==
        "0:anon[0]@1000-2000 1:shm:a@3000-4000 2:shm:a[1]@5000-6000 3:anon[1]@7000-8000 "
        "4:shm:a[2]@9000-a000");
}

TEST_CASE("ranges: read again, what was known keeps number, name and counts") {
  RangeTable table({range(0x1000, 0x2000), range(0x3000, 0x4000), range(0x5000, 0x6000)});
  auto version = table.version();
  table.by_id(2)->counts->faults = 5;
  SUBCASE("nothing changed: not even the version") {
    table.merge({range(0x1000, 0x2000), range(0x3000, 0x4000), range(0x5000, 0x6000)});
    CHECK(table.version() == version);
  }
  SUBCASE("one went, one came, one grew") {
    table.merge({range(0x500, 0x800), range(0x1000, 0x2800), range(0x5000, 0x6000)});
    CHECK(told(table) == "3:anon[3]@500-800 0:anon[0]@1000-2800 2:anon[2]@5000-6000");
    CHECK(table.find(0x5000)->counts->faults == 5);
    CHECK(table.version() != version);
  }
  SUBCASE("one was split: its first part is it") {
    table.merge({range(0x1000, 0x2000), range(0x3000, 0x4000), range(0x5000, 0x5400),
                 range(0x5800, 0x6000)});
    CHECK(told(table) ==
          "0:anon[0]@1000-2000 1:anon[1]@3000-4000 2:anon[2]@5000-5400 3:anon[3]@5800-6000");
    CHECK(table.find(0x5000)->counts->faults == 5);
    CHECK(table.find(0x5800)->counts->faults == 0);
  }
  SUBCASE("one lost its head: what is left is it") {
    table.merge({range(0x1000, 0x2000), range(0x3000, 0x4000), range(0x5800, 0x6000)});
    CHECK(told(table) == "0:anon[0]@1000-2000 1:anon[1]@3000-4000 2:anon[2]@5800-6000");
  }
  SUBCASE("one grew downwards, as stacks do") {
    table.merge({range(0x1000, 0x2000), range(0x3000, 0x4000), range(0x4800, 0x6000)});
    CHECK(told(table) == "0:anon[0]@1000-2000 1:anon[1]@3000-4000 2:anon[2]@4800-6000");
  }
  SUBCASE("two grew together: the first is it, the other is no more") {
    table.merge({range(0x1000, 0x4000), range(0x5000, 0x6000)});
    CHECK(told(table) == "0:anon[0]@1000-4000 2:anon[2]@5000-6000");
  }
  SUBCASE("other memory at the same place is another range") {
    table.merge(
        {range(0x1000, 0x2000), range(0x3000, 0x4000, "/dev/shm/a", true), range(0x5000, 0x6000)});
    CHECK(told(table) == "0:anon[0]@1000-2000 3:shm:a@3000-4000 2:anon[2]@5000-6000");
  }
  SUBCASE("only the protection changed") {
    auto closed = range(0x3000, 0x4000);
    closed.prot = "---p";
    table.merge({range(0x1000, 0x2000), closed, range(0x5000, 0x6000)});
    CHECK(told(table) == "0:anon[0]@1000-2000 1:anon[1]@3000-4000 2:anon[2]@5000-6000");
    CHECK(table.by_id(1)->prot == "---p");
  }
  SUBCASE("another process's range at the same place is another range") {
    auto other = range(0x3000, 0x4000);
    other.pid = 8;
    table.merge({range(0x1000, 0x2000), other, range(0x5000, 0x6000)});
    CHECK(told(table) == "0:anon[0]@1000-2000 3:anon[3]@3000-4000 2:anon[2]@5000-6000");
  }
  SUBCASE("all gone") {
    table.merge({});
    CHECK(told(table) == "");
  }
}

TEST_CASE("ranges: a newcomer before a known range does not take its name") {
  RangeTable table({range(0x5000, 0x6000, "/memfd:ram (deleted)", true)});
  table.merge({range(0x1000, 0x2000, "/memfd:ram (deleted)", true),
               range(0x5000, 0x6000, "/memfd:ram (deleted)", true)});
  CHECK(told(table) == "1:memfd:ram[1]@1000-2000 0:memfd:ram@5000-6000");
}

TEST_CASE("ranges: a child's table counts for itself") {
  RangeTable parent({range(0x1000, 0x2000)});
  RangeTable child(parent.all());
  child.find(0x1000)->counts->faults = 3;
  CHECK(parent.find(0x1000)->counts->faults == 0);
}

TEST_CASE("ranges: as many as a process can have, all of one name, cost no time to speak of") {
  std::vector<RangeInfo> many;
  for (uint64_t i = 1; i <= 60000; ++i) {
    many.push_back(range(i << 16, (i << 16) + 0x1000, "/dev/shm/one", true));
  }
  RangeTable table(many);
  CHECK(table.all().back().name == "shm:one[59999]");
  for (auto& r : many) r.start -= 0x1000;
  table.merge(many);
  CHECK(table.all().back().name == "shm:one[59999]");
  CHECK(table.all().back().id == 59999);
}

TEST_CASE("ranges: UNMAP") {
  RangeTable table({range(0x1000, 0x5000), range(0x6000, 0x8000)});
  table.by_id(0)->counts->faults = 5;
  SUBCASE("the head") {
    table.unmap(0x1000, 0x2000);
    CHECK(told(table) == "0:anon[0]@2000-5000 1:anon[1]@6000-8000");
  }
  SUBCASE("the tail") {
    table.unmap(0x4000, 0x5000);
    CHECK(told(table) == "0:anon[0]@1000-4000 1:anon[1]@6000-8000");
  }
  SUBCASE("the middle: two are left") {
    table.unmap(0x2000, 0x3000);
    CHECK(told(table) == "0:anon[0]@1000-2000 2:anon[2]@3000-5000 1:anon[1]@6000-8000");
    CHECK(table.find(0x1000)->counts->faults == 5);
    CHECK(table.find(0x3000)->counts->faults == 0);
  }
  SUBCASE("all of one and the head of the next") {
    table.unmap(0, 0x7000);
    CHECK(told(table) == "1:anon[1]@7000-8000");
  }
  SUBCASE("nothing that is known") {
    table.unmap(0x5000, 0x6000);
    CHECK(told(table) == "0:anon[0]@1000-5000 1:anon[1]@6000-8000");
  }
}

TEST_CASE("ranges: REMAP") {
  RangeTable table({range(0x1000, 0x5000), range(0x6000, 0x8000)});
  table.by_id(0)->counts->faults = 5;
  SUBCASE("a whole range keeps what it is") {
    table.remap(0x1000, 0x10000, 0x4000);
    CHECK(told(table) == "1:anon[1]@6000-8000 0:anon[0]@10000-14000");
    CHECK(table.find(0x10000)->counts->faults == 5);
    CHECK(table.find(0x1000) == nullptr);
  }
  SUBCASE("the head moves away and is a range of its own") {
    table.remap(0x1000, 0x10000, 0x1000);
    CHECK(told(table) == "0:anon[0]@2000-5000 1:anon[1]@6000-8000 2:anon[2]@10000-11000");
  }
  SUBCASE("the middle") {
    table.remap(0x2000, 0x10000, 0x1000);
    CHECK(told(table) ==
          "0:anon[0]@1000-2000 2:anon[2]@3000-5000 1:anon[1]@6000-8000 3:anon[3]@10000-11000");
  }
  SUBCASE("the tail, and more than is known") {
    table.remap(0x4000, 0x10000, 0x2000);
    CHECK(told(table) == "0:anon[0]@1000-4000 1:anon[1]@6000-8000 2:anon[2]@10000-11000");
  }
  SUBCASE("two ranges that lie in what moves") {
    table.remap(0x1000, 0x10000, 0x7000);
    CHECK(told(table) == "0:anon[0]@10000-14000 1:anon[1]@15000-17000");
  }
  SUBCASE("onto another range, which is gone then") {
    table.remap(0x1000, 0x6000, 0x1000);
    CHECK(told(table) == "0:anon[0]@2000-5000 2:anon[2]@6000-7000 1:anon[1]@7000-8000");
  }
  SUBCASE("to a place that overlaps its own") {
    table.remap(0x1000, 0x2000, 0x4000);
    CHECK(told(table) == "0:anon[0]@2000-6000 1:anon[1]@6000-8000");
  }
  SUBCASE("read again afterwards, it is still the same") {
    table.remap(0x1000, 0x10000, 0x4000);
    table.merge({range(0x6000, 0x8000), range(0x10000, 0x16000)});
    CHECK(told(table) == "1:anon[1]@6000-8000 0:anon[0]@10000-16000");
  }
}

// The state of each page, as PAGEMAP_SCAN and the raw entries tell it, without changing any.
#include "kernel/pagemap.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "support/field.h"
#include "support/huge_pages.h"
#include "support/less_privilege.h"
#include "support/needs.h"
#include "support/rows.h"
#include "support/touch.h"
#include "support/victim.h"

using namespace native_test;
using namespace uffdscope;

namespace {

constexpr uint64_t kMissing = abi::kModeMissing, kWp = abi::kModeWp;

Pagemap of_us() {
  auto map = Pagemap::open(::getpid());
  REQUIRE(map);
  return std::move(*map);
}

/// "missing:2 present:1 wp:1*" of consecutive runs: state, pages, and a star for a huge page's.
std::string told(const Pagemap& map, uint64_t start, uint64_t end, uint64_t unit = page_size()) {
  static const char* names[] = {"missing", "present", "zero", "wp", "poisoned", "swapped"};
  auto runs = map.scan(start, end);
  REQUIRE(runs);
  std::string text;
  uint64_t at = start;
  for (const PageRun& run : *runs) {
    CHECK(run.start == at);
    at = run.end;
    if (!text.empty()) text += ' ';
    text += names[static_cast<size_t>(run.state)];
    text += ':' + std::to_string((run.end - run.start) / unit) + (run.huge ? "*" : "");
  }
  CHECK(at == end);
  return text;
}

std::string told(const Mapping& memory) {
  return told(of_us(), memory.start(), memory.start() + memory.length(), memory.unit());
}

}  // namespace

TEST_CASE("pagemap: every state of an anonymous page") {
  NEEDS(without_privilege());
  Field field(Memory::anonymous, 7, kMissing | kWp, abi::kFeatWpUnpopulated);
  field.fill(1, 1);
  CHECK(field.uffd.zeropage(field.at(2), page_size()).complete());
  auto bytes = page_of(field, 3);
  CHECK(field.uffd.copy(field.at(3), bytes.data(), page_size(), abi::kCopyWp).complete());
  CHECK(field.uffd.writeprotect(field.at(4), page_size(), abi::kWriteprotectWp).complete());
  CHECK(field.uffd.poison(field.at(5), page_size()).complete());
  CHECK(told(field.memory) == "missing:1 present:1 zero:1 wp:2 poisoned:1 missing:1");
  const PageState expected[] = {PageState::missing, PageState::present, PageState::zero,
                                PageState::wp,      PageState::wp,      PageState::poisoned,
                                PageState::missing};
  auto map = of_us();
  for (size_t i = 0; i < 7; ++i) {
    CAPTURE(i);
    CHECK(map.state_of(field.at(i) + 5) == expected[i]);
  }
}

TEST_CASE("pagemap: shared memory; a page that is only in the file is missing") {
  NEEDS(without_privilege());
  Field field(Memory::shared, 5, kMissing | kWp | abi::kModeMinor);
  auto writer = Mapping::view_of(field.memory);
  *writer.bytes(0) = *writer.bytes(1) = *writer.bytes(2) = 1;
  CHECK(field.uffd.continue_range(field.at(1), page_size()).complete());
  CHECK(field.uffd.writeprotect(field.at(2), 2 * page_size(), abi::kWriteprotectWp).complete());
  CHECK(field.uffd.poison(field.at(4), page_size()).complete());
  CHECK(told(field.memory) == "missing:1 present:1 wp:2 poisoned:1");
}

TEST_CASE("pagemap: the same where write faults are only noted (WP_ASYNC)") {
  Field field(Memory::anonymous, 4, kWp, abi::kFeatWpAsync);
  *field.memory.bytes(0) = *field.memory.bytes(1) = 1;
  CHECK(field.uffd.writeprotect(field.at(1), 2 * page_size(), abi::kWriteprotectWp).complete());
  if (without_privilege().empty()) CHECK(told(field.memory) == "present:1 wp:2 missing:1");
  *field.memory.bytes(1) = 2;  // is let through, and noted
  CHECK(of_us().state_of(field.at(1)) == PageState::present);
}

TEST_CASE("pagemap: transparent huge pages") {
  NEEDS(without_transparent_huge_pages());
  auto memory = Mapping::for_huge_blocks(3);
  *memory.bytes(0) = 1;
  CHECK(look_at(memory.start() + 2 * kHugePage) == 0);
  NEEDS(of_us().scan(memory.start(), memory.start() + kHugePage)->front().huge
            ? ""
            : "no memory for a transparent huge page");
  auto pages = std::to_string(kHugePage / page_size());
  auto text = told(memory);
  CHECK(text.find("present:" + pages + "* missing:" + pages) == 0);
  // Read before written: one huge page of zeros for all, where the kernel may use it.
  auto last = text.substr(text.rfind(' ') + 1);
  CHECK((last == "zero:" + pages + "*" || last.find("zero:") == 0));
  CHECK(of_us().state_of(memory.start() + 2 * kHugePage) == PageState::zero);
  Field field(std::move(memory), kWp);
  CHECK(field.uffd.writeprotect(field.at(0), kHugePage, abi::kWriteprotectWp).complete());
  CHECK(told(field.memory).find("wp:" + pages + "* missing:") == 0);
  CHECK(of_us().state_of(field.at(7)) == PageState::wp);
}

TEST_CASE("pagemap: huge pages of hugetlbfs") {
  HugePages pool(2);
  NEEDS(pool.missing());
  Field field(Memory::huge, 5, kMissing | kWp,
              abi::kFeatWpHugetlbfsShmem | abi::kFeatWpUnpopulated);
  field.fill(1, 1);
  auto bytes = page_of(field, 3);
  CHECK(field.uffd.copy(field.at(2), bytes.data(), kHugePage, abi::kCopyWp).complete());
  CHECK(field.uffd.writeprotect(field.at(3), kHugePage, abi::kWriteprotectWp).complete());
  CHECK(field.uffd.poison(field.at(4), kHugePage).complete());
  CHECK(told(field.memory) == "missing:1 present:1* wp:2* poisoned:1*");
  CHECK(of_us().state_of(field.at(4) + page_size()) == PageState::poisoned);
  CHECK(of_us().state_of(field.at(2) + page_size()) == PageState::wp);
}

TEST_CASE("pagemap: more runs than one answer of the kernel holds") {
  NEEDS(without_privilege());
  constexpr size_t kPages = 4000;
  Field field(Memory::anonymous, kPages);
  std::string expected;
  for (size_t i = 0; i < kPages; i += 2) {
    if (i % 4 == 0) {
      field.fill(i, 1);
    } else {
      CHECK(field.uffd.poison(field.at(i), page_size()).complete());
    }
    expected += std::string(i % 4 == 0 ? "present:1" : "poisoned:1") + " missing:1 ";
  }
  expected.pop_back();
  CHECK(told(field.memory) == expected);
}

TEST_CASE("pagemap: exactly as many runs as one answer holds, and one more or fewer") {
  for (size_t runs : {511, 512, 513, 1023, 1024, 1025}) {
    CAPTURE(runs);
    Mapping memory(Memory::anonymous, 2 * runs);
    for (size_t i = 0; i < runs; ++i) *memory.bytes(2 * i) = 1;
    auto got = of_us().scan(memory.start(), memory.start() + memory.length());
    REQUIRE(got);
    CHECK(got->size() == 2 * runs);
    CHECK(got->back().end == memory.start() + memory.length());
    CHECK(got->back().state == PageState::missing);
  }
}

TEST_CASE("pagemap: a hole between mappings is missing, and a range without pages has no run") {
  Mapping memory(Memory::anonymous, 5);
  std::memset(memory.bytes(), 1, memory.length());
  ::munmap(memory.bytes(1), 3 * page_size());
  CHECK(told(memory) == "present:1 missing:3 present:1");
  auto none = of_us().scan(memory.start(), memory.start());
  REQUIRE(none);
  CHECK(none->empty());
}

TEST_CASE("pagemap: one large run stays one") {
  Mapping memory(Memory::anonymous, 20000);
  CHECK(told(memory) == "missing:20000");
  std::memset(memory.bytes(), 1, memory.length());
  CHECK(told(memory) == "present:20000");
}

TEST_CASE("pagemap: another process") {
  NEEDS(without_privilege());
  Victim victim({.pages = 4});
  auto uffd = victim.uffd();
  CHECK(uffd.zeropage(victim.at(1), victim.unit()).complete());
  CHECK(uffd.poison(victim.at(2), victim.unit()).complete());
  auto map = Pagemap::open(victim.pid());
  REQUIRE(map);
  CHECK(told(*map, victim.at(0), victim.at(4)) == "missing:1 zero:1 poisoned:1 missing:1");
  pid_t pid = victim.pid();
  victim.kill();
  CHECK(Pagemap::open(pid).error().err == ENOENT);
  // The file of a process that has ended since: nothing is known any more, and nothing made up.
  CHECK(map->scan(victim.at(0), victim.at(4)).error().err == ESRCH);
  CHECK(map->state_of(victim.at(1)).error().err == ESRCH);
}

TEST_CASE("pagemap: without CAP_SYS_ADMIN a poisoned page can't be told from a swapped one") {
  Field field(Memory::anonymous, 3);
  CHECK(field.uffd.zeropage(field.at(0), page_size()).complete());
  CHECK(field.uffd.poison(field.at(1), page_size()).complete());
  without_capabilities([&] {
    auto map = Pagemap::open(::getpid());
    REQUIRE(map);
    CHECK(told(*map, field.at(0), field.at(3)) == "zero:1 swapped:1 missing:1");
  });
}

TEST_CASE("pagemap: what is not ours to read is refused with the kernel's reason") {
  NEEDS(without_privilege());
  CHECK(Pagemap::open(1 << 22 | 1).error().err == ENOENT);
  as_nobody([] { CHECK(Pagemap::open(1).error().err == EACCES); });
}

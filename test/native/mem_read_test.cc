// Reading another process's memory raises no fault in it, whatever is missing there.
#include "kernel/mem_read.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "support/field.h"
#include "support/less_privilege.h"
#include "support/needs.h"
#include "support/rows.h"
#include "support/touch.h"
#include "support/victim.h"

using namespace native_test;
using uffdscope::MemReader;

TEST_CASE("mem_read: present pages, up to the first that is missing; and nobody faults") {
  NEEDS(without_privilege());
  Victim victim({.pages = 5});
  auto uffd = victim.uffd();
  const size_t page = victim.unit();
  std::vector<uint8_t> bytes(2 * page, 0x31), into(5 * page);
  REQUIRE(uffd.copy(victim.at(1), bytes.data(), bytes.size()).complete());
  REQUIRE(uffd.poison(victim.at(4), page).complete());
  auto reader = MemReader::open(victim.pid());
  REQUIRE(reader);

  struct {
    const char* what;
    uint64_t at;
    size_t length, read;
    int err;
  } const rows[] = {
      {"within a page", victim.at(1) + 5, 100, 100, 0},
      {"two pages", victim.at(1), 2 * page, 2 * page, 0},
      {"into a missing page", victim.at(1) + 10, 3 * page, 2 * page - 10, 0},
      {"a missing page", victim.at(0), page, 0, EIO},
      {"from a missing page into a present one", victim.at(0), 2 * page, 0, EIO},
      {"a poisoned page", victim.at(4), page, 0, EIO},
      {"nothing is mapped there", 0x1000, page, 0, EIO},
      {"no length", victim.at(1), 0, 0, 0},
  };
  for (const auto& row : rows) {
    INFO(std::string(row.what));
    auto got = reader->read(row.at, std::span(into).first(row.length));
    CHECK(name_of(got ? 0 : got.error().err) == name_of(row.err));
    CHECK((got ? *got : 0) == row.read);
    if (row.read) CHECK(all_bytes(into.data(), row.read, 0x31));
  }
  CHECK(unanswered(uffd) == 0);
}

TEST_CASE("mem_read: a write-protected page is read as it is") {
  Mapping memory(Memory::anonymous, 1);
  *memory.bytes() = 0x32;
  Field field(std::move(memory), abi::kModeWp);
  REQUIRE(field.uffd.writeprotect(field.at(0), page_size(), abi::kWriteprotectWp).complete());
  auto reader = MemReader::open(::getpid());
  REQUIRE(reader);
  uint8_t byte = 0;
  auto got = reader->read(field.at(0), std::span(&byte, 1));
  CHECK(got == 1);
  CHECK(byte == 0x32);
}

TEST_CASE("mem_read: shared memory that is only in the file waits for a minor fault: EIO") {
  Mapping memory(Memory::shared, 1);
  *Mapping::view_of(memory).bytes() = 1;
  Field field(std::move(memory), abi::kModeMinor);
  auto reader = MemReader::open(::getpid());
  uint8_t byte = 0;
  auto got = reader->read(field.at(0), std::span(&byte, 1));
  REQUIRE_FALSE(got);
  CHECK(got.error().err == EIO);
  CHECK(unanswered(field.uffd) == 0);
}

TEST_CASE("mem_read: the target's end, and one that is not ours to read") {
  NEEDS(without_privilege());
  Victim victim;
  pid_t pid = victim.pid();
  auto reader = MemReader::open(pid);
  REQUIRE(reader);
  as_nobody([&] { CHECK(MemReader::open(pid).error().err == EACCES); });
  victim.kill();
  uint8_t byte;
  auto got = reader->read(victim.at(0), std::span(&byte, 1));
  CHECK((got ? *got : 0) == 0);  // the end of a file that has no more bytes
  CHECK(MemReader::open(pid).error().err == ENOENT);
}

// UFFDIO_ZEROPAGE: the page reads as zeros, and costs no memory until it is written.
#include <doctest/doctest.h>

#include <cerrno>

#include "kernel/pagemap.h"
#include "support/field.h"
#include "support/huge_pages.h"
#include "support/needs.h"
#include "support/queued_event.h"
#include "support/rows.h"
#include "support/touch.h"
#include "support/victim.h"

using namespace native_test;
using uffdscope::Pagemap;
using uffdscope::PageState;

namespace {

Progress zeroes(const Field& field, size_t page, size_t count = 1, uint64_t mode = 0) {
  return field.uffd.zeropage(field.at(page), count * field.unit(), mode);
}

}  // namespace

TEST_CASE("UFFDIO_ZEROPAGE") {
  const auto page = static_cast<int64_t>(page_size());
  check({
      {"a missing page", page, 0,
       [] {
         Field field(Memory::anonymous, 2);
         auto got = zeroes(field, 0);
         CHECK(all_bytes(field.memory.bytes(), field.unit(), 0));
         auto map = Pagemap::open(::getpid());
         CHECK(map->state_of(field.at(0)) == PageState::zero);
         CHECK(map->state_of(field.at(1)) == PageState::missing);
         return got;
       }},
      {"and it can be written afterwards", page, 0,
       [] {
         Field field(Memory::anonymous, 1);
         auto got = zeroes(field, 0);
         *field.memory.bytes() = 9;
         CHECK(Pagemap::open(::getpid())->state_of(field.at(0)) == PageState::present);
         return got;
       }},
      {"shared memory", 2 * page, 0, [] { return zeroes(Field(Memory::shared, 2), 0, 2); }},
      {"a private mapping of a file", page, 0,
       [] { return zeroes(Field(Memory::private_file, 1), 0); }},
      {"partial: the second page is there", page, EAGAIN,
       [] {
         Field field(Memory::anonymous, 3);
         field.fill(1, 0x22);
         auto got = zeroes(field, 0, 3);
         CHECK(look_at(field.at(1)) == 0x22);
         return got;
       }},
      {"the page is there", 0, EEXIST,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(zeroes(field, 0).complete());
         return zeroes(field, 0);
       }},
      {"the page is poisoned: zeros do not heal it", 0, EEXIST,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(field.uffd.poison(field.at(0), field.unit()).complete());
         return zeroes(field, 0);
       }},
      {"a remove event is queued", 0, EAGAIN,
       [] {
         Field field(Memory::anonymous, 2, abi::kModeMissing, abi::kFeatEventRemove);
         QueuedEvent event(field, 1);
         return zeroes(field, 0);
       }},
      {"memory that is not registered", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(field.uffd.unregister_range(field.at(0), field.unit()));
         return zeroes(field, 0);
       }},
      {"over the end of the mapping: nothing is done", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 2);
         ::munmap(field.memory.bytes(1), field.unit());
         return zeroes(field, 0, 2);
       }},
      {"behind the end of the file", 0, EFAULT,
       [] {
         Field field(Memory::shared, 2);
         CHECK(::ftruncate(field.memory.file(), static_cast<off_t>(page_size())) == 0);
         return zeroes(field, 1);
       }},
      {"an unknown mode", 0, EINVAL,
       [] { return zeroes(Field(Memory::anonymous, 1), 0, 1, 1ull << 9); }},
      {"start inside a page", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 2);
         return field.uffd.zeropage(field.at(0) + 8, field.unit());
       }},
      {"no length", 0, EINVAL, [] { return zeroes(Field(Memory::anonymous, 1), 0, 0); }},
  });
}

TEST_CASE("UFFDIO_ZEROPAGE: the target's end, and huge pages") {
  NEEDS(without_privilege());
  HugePages pool(1);
  NEEDS(pool.missing());
  check({
      {"the target is dead", 0, ESRCH,
       [] {
         Victim victim;
         auto uffd = victim.uffd();
         victim.kill();
         return uffd.zeropage(victim.at(0), victim.unit());
       }},
      {"the target is another program now", 0, ESRCH,
       [] {
         Victim victim;
         auto uffd = victim.uffd();
         victim.exec();
         return uffd.zeropage(victim.at(0), victim.unit());
       }},
      {"there is no huge page of zeros", 0, EINVAL,
       [] { return zeroes(Field(Memory::huge, 1), 0); }},
  });
}

TEST_CASE("UFFDIO_ZEROPAGE: who waits for the page goes on, unless DONTWAKE is said") {
  Field field(Memory::anonymous, 2);
  Touch woken(field.uffd, field.at(0), How::read, 0xff);
  Touch asleep(field.uffd, field.at(1), How::read, 0xff);
  REQUIRE(next_message(field.uffd));
  REQUIRE(next_message(field.uffd));
  CHECK(zeroes(field, 0).complete());
  REQUIRE(woken.ends());
  CHECK(woken.value() == 0);
  CHECK(zeroes(field, 1, 1, abi::kZeropageDontwake).complete());
  ::usleep(20'000);
  CHECK_FALSE(asleep.over());
  CHECK(field.uffd.wake(field.at(1), field.unit()));
  CHECK(asleep.ends());
}

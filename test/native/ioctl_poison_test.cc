// UFFDIO_POISON: whoever touches the page gets SIGBUS, as if its memory were broken.
#include <doctest/doctest.h>
#include <signal.h>

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

Progress poisons(const Field& field, size_t page, size_t count = 1, uint64_t mode = 0) {
  return field.uffd.poison(field.at(page), count * field.unit(), mode);
}

}  // namespace

TEST_CASE("UFFDIO_POISON") {
  const auto page = static_cast<int64_t>(page_size());
  check({
      {"a missing page", page, 0,
       [] {
         Field field(Memory::anonymous, 2);
         auto got = poisons(field, 0);
         CHECK(look_at(field.at(0)) == -SIGBUS);
         if (without_privilege().empty()) {
           CHECK(Pagemap::open(::getpid())->state_of(field.at(0)) == PageState::poisoned);
         }
         return got;
       }},
      {"several", 3 * page, 0, [] { return poisons(Field(Memory::anonymous, 3), 0, 3); }},
      {"shared memory", page, 0,
       [] {
         Field field(Memory::shared, 1);
         auto got = poisons(field, 0);
         CHECK(look_at(field.at(0)) == -SIGBUS);
         CHECK(look_at(Mapping::view_of(field.memory).at(0)) ==
               0);  // this mapping's page, not the file's
         return got;
       }},
      {"a range that waits for write faults only", page, 0,
       [] { return poisons(Field(Memory::anonymous, 1, abi::kModeWp), 0); }},
      {"partial: the second page is there", page, EAGAIN,
       [] {
         Field field(Memory::anonymous, 3);
         field.fill(1, 0x22);
         return poisons(field, 0, 3);
       }},
      {"the page is there", 0, EEXIST,
       [] {
         Field field(Memory::anonymous, 1);
         field.fill(0, 0x22);
         auto got = poisons(field, 0);
         CHECK(look_at(field.at(0)) == 0x22);
         return got;
       }},
      {"it is poisoned already", 0, EEXIST,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(poisons(field, 0).complete());
         return poisons(field, 0);
       }},
      {"a remove event is queued", 0, EAGAIN,
       [] {
         Field field(Memory::anonymous, 2, abi::kModeMissing, abi::kFeatEventRemove);
         QueuedEvent event(field, 1);
         return poisons(field, 0);
       }},
      {"behind the end of the file", 0, EFAULT,
       [] {
         Field field(Memory::shared, 2);
         CHECK(::ftruncate(field.memory.file(), static_cast<off_t>(page_size())) == 0);
         return poisons(field, 1);
       }},
      {"memory that is not registered", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(field.uffd.unregister_range(field.at(0), field.unit()));
         return poisons(field, 0);
       }},
      {"over the end of the mapping: nothing is done", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 2);
         ::munmap(field.memory.bytes(1), field.unit());
         return poisons(field, 0, 2);
       }},
      {"an unknown mode", 0, EINVAL,
       [] { return poisons(Field(Memory::anonymous, 1), 0, 1, 1ull << 9); }},
      {"start inside a page", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 2);
         return field.uffd.poison(field.at(0) + 8, field.unit());
       }},
      {"no length", 0, EINVAL, [] { return poisons(Field(Memory::anonymous, 1), 0, 0); }},
  });
}

TEST_CASE("UFFDIO_POISON: the target's end, and huge pages") {
  NEEDS(without_privilege());
  HugePages pool(1);
  NEEDS(pool.missing());
  check({
      {"the target is dead", 0, ESRCH,
       [] {
         Victim victim;
         auto uffd = victim.uffd();
         victim.kill();
         return uffd.poison(victim.at(0), victim.unit());
       }},
      {"a huge page", static_cast<int64_t>(kHugePage), 0,
       [] {
         Field field(Memory::huge, 1);
         auto got = poisons(field, 0);
         CHECK(look_at(field.at(0)) == -SIGBUS);
         return got;
       }},
  });
}

TEST_CASE("UFFDIO_POISON: who waits for the page gets SIGBUS, unless DONTWAKE is said") {
  Field field(Memory::anonymous, 2);
  Touch woken(field.uffd, field.at(0), How::write), asleep(field.uffd, field.at(1), How::read);
  REQUIRE(next_message(field.uffd));
  REQUIRE(next_message(field.uffd));
  CHECK(poisons(field, 0).complete());
  REQUIRE(woken.ends());
  CHECK(woken.signal() == SIGBUS);
  CHECK(poisons(field, 1, 1, abi::kPoisonDontwake).complete());
  ::usleep(20'000);
  CHECK_FALSE(asleep.over());
  CHECK(field.uffd.wake(field.at(1), field.unit()));
  REQUIRE(asleep.ends());
  CHECK(asleep.signal() == SIGBUS);
}

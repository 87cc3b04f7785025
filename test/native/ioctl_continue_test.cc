// UFFDIO_CONTINUE: a page that the file has already is mapped.
#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>

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

constexpr uint64_t kMinor = abi::kModeMinor, kWp = abi::kModeWp;

/// Shared memory whose file has `filled` pages already, none of them mapped in the field.
Field minor_field(size_t pages, size_t filled, uint64_t modes = kMinor, uint64_t features = 0,
                  Memory kind = Memory::shared) {
  Mapping memory(kind, pages);
  if (filled) {
    auto writer = Mapping::view_of(memory);
    std::memset(writer.bytes(), 0x33, filled * writer.unit());
  }
  return Field(std::move(memory), modes, features);
}

Progress goes_on(const Field& field, size_t page, size_t count = 1, uint64_t mode = 0) {
  return field.uffd.continue_range(field.at(page), count * field.unit(), mode);
}

}  // namespace

TEST_CASE("UFFDIO_CONTINUE") {
  const auto page = static_cast<int64_t>(page_size());
  check({
      {"a page of the file", page, 0,
       [] {
         auto field = minor_field(2, 2);
         auto map = Pagemap::open(::getpid());
         CHECK(map->state_of(field.at(0)) == PageState::missing);
         auto got = goes_on(field, 0);
         CHECK(map->state_of(field.at(0)) == PageState::present);
         CHECK(map->state_of(field.at(1)) == PageState::missing);
         CHECK(all_bytes(field.memory.bytes(), field.unit(), 0x33));
         return got;
       }},
      {"several", 3 * page, 0, [] { return goes_on(minor_field(3, 3), 0, 3); }},
      {"write-protected at once", page, 0,
       [] {
         auto field = minor_field(1, 1, kMinor | kWp);
         auto got = goes_on(field, 0, 1, abi::kContinueWp);
         CHECK(Pagemap::open(::getpid())->state_of(field.at(0)) == PageState::wp);
         return got;
       }},
      {"partial: the third of four is mapped", 2 * page, EAGAIN,
       [] {
         auto field = minor_field(4, 4);
         CHECK(goes_on(field, 2).complete());
         return goes_on(field, 0, 4);
       }},
      {"partial: the file has only two", 2 * page, EAGAIN,
       [] { return goes_on(minor_field(4, 2), 0, 4); }},
      {"the page is mapped", 0, EEXIST,
       [] {
         auto field = minor_field(1, 1);
         CHECK(goes_on(field, 0).complete());
         return goes_on(field, 0);
       }},
      {"the file has no such page", 0, EFAULT, [] { return goes_on(minor_field(1, 0), 0); }},
      {"behind the end of the file", 0, EINVAL,  // shmem_get_folio; COPY says EFAULT
       [] {
         auto field = minor_field(2, 2);
         CHECK(::ftruncate(field.memory.file(), static_cast<off_t>(page_size())) == 0);
         return goes_on(field, 1);
       }},
      {"a remove event is queued", 0, EAGAIN,
       [] {
         auto field = minor_field(2, 2, kMinor, abi::kFeatEventRemove);
         QueuedEvent event(field, 1);
         return goes_on(field, 0);
       }},
      {"anonymous memory", 0, EINVAL, [] { return goes_on(Field(Memory::anonymous, 1), 0); }},
      {"write-protected, in a range without that mode", 0, EINVAL,
       [] { return goes_on(minor_field(1, 1), 0, 1, abi::kContinueWp); }},
      {"an unknown mode", 0, EINVAL, [] { return goes_on(minor_field(1, 1), 0, 1, 1ull << 9); }},
      {"start inside a page", 0, EINVAL,
       [] {
         auto field = minor_field(2, 2);
         return field.uffd.continue_range(field.at(0) + 8, field.unit());
       }},
      {"no length", 0, EINVAL, [] { return goes_on(minor_field(1, 1), 0, 0); }},
      {"memory that is not registered", 0, ENOENT,
       [] {
         auto field = minor_field(1, 1);
         CHECK(field.uffd.unregister_range(field.at(0), field.unit()));
         return goes_on(field, 0);
       }},
      {"over the end of the mapping: nothing is done", 0, ENOENT,
       [] {
         auto field = minor_field(2, 2);
         ::munmap(field.memory.bytes(1), field.unit());
         return goes_on(field, 0, 2);
       }},
  });
}

TEST_CASE("UFFDIO_CONTINUE: the target's end, and huge pages") {
  NEEDS(without_privilege());
  HugePages pool(2);
  NEEDS(pool.missing());
  const auto huge = static_cast<int64_t>(kHugePage);
  check({
      {"the target is dead", 0, ESRCH,
       [] {
         Victim victim({.kind = "shared", .modes = kMinor});
         auto uffd = victim.uffd();
         victim.kill();
         return uffd.continue_range(victim.at(0), victim.unit());
       }},
      {"a huge page of the file", huge, 0,
       [] {
         auto field = minor_field(1, 1, kMinor, 0, Memory::huge);
         auto got = goes_on(field, 0);
         CHECK(look_at(field.at(0)) == 0x33);
         return got;
       }},
      {"the file has no such huge page", 0, EFAULT,
       [] { return goes_on(minor_field(1, 0, kMinor, 0, Memory::huge), 0); }},
  });
}

TEST_CASE("UFFDIO_CONTINUE: who waits for the page goes on, unless DONTWAKE is said") {
  auto field = minor_field(2, 2);
  Touch woken(field.uffd, field.at(0), How::read), asleep(field.uffd, field.at(1), How::read);
  REQUIRE(next_message(field.uffd));
  REQUIRE(next_message(field.uffd));
  CHECK(goes_on(field, 0).complete());
  REQUIRE(woken.ends());
  CHECK(woken.value() == 0x33);
  CHECK(goes_on(field, 1, 1, abi::kContinueDontwake).complete());
  ::usleep(20'000);
  CHECK_FALSE(asleep.over());
  CHECK(field.uffd.wake(field.at(1), field.unit()));
  CHECK(asleep.ends());
}

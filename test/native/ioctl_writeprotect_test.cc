// UFFDIO_WRITEPROTECT: the next write to the page waits.
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

constexpr uint64_t kWp = abi::kModeWp, kProtect = abi::kWriteprotectWp;

/// A field for write faults whose pages are there.
Field written(size_t pages, uint64_t modes = kWp, uint64_t features = 0) {
  Mapping memory(Memory::anonymous, pages);
  for (size_t i = 0; i < pages; ++i) *memory.bytes(i) = 0x44;
  return Field(std::move(memory), modes, features);
}

Progress protects(const Field& field, size_t page, size_t count = 1, uint64_t mode = kProtect) {
  return field.uffd.writeprotect(field.at(page), count * field.unit(), mode);
}

PageState state(const Field& field, size_t page) {
  return *Pagemap::open(::getpid())->state_of(field.at(page));
}

}  // namespace

TEST_CASE("UFFDIO_WRITEPROTECT") {
  const auto page = static_cast<int64_t>(page_size());
  check({
      {"pages that are there", 2 * page, 0,
       [] {
         auto field = written(3);
         auto got = protects(field, 0, 2);
         CHECK(state(field, 0) == PageState::wp);
         CHECK(state(field, 1) == PageState::wp);
         CHECK(state(field, 2) == PageState::present);
         CHECK(look_at(field.at(0)) == 0x44);
         return got;
       }},
      {"and taken off again", page, 0,
       [] {
         auto field = written(2);
         CHECK(protects(field, 0, 2).complete());
         auto got = protects(field, 0, 1, 0);
         CHECK(state(field, 0) == PageState::present);
         CHECK(state(field, 1) == PageState::wp);
         return got;
       }},
      {"a page that is not there: it is not protected", page, 0,
       [] {
         Field field(Memory::anonymous, 1, kWp);
         auto got = protects(field, 0);
         CHECK(state(field, 0) == PageState::missing);
         return got;
       }},
      {"a page that is not there, with WP_UNPOPULATED: a marker stands for it", page, 0,
       [] {
         Field field(Memory::anonymous, 1, kWp, abi::kFeatWpUnpopulated);
         auto got = protects(field, 0);
         CHECK(state(field, 0) == PageState::wp);
         return got;
       }},
      {"shared memory whose page is only in the file", page, 0,
       [] {
         Field field(Memory::shared, 1, kWp);
         auto got = protects(field, 0);
         CHECK(state(field, 0) == PageState::wp);
         return got;
       }},
      {"a hole between two mappings is passed over", 3 * page, 0,
       [] {
         auto field = written(3);
         ::munmap(field.memory.bytes(1), field.unit());
         auto got = protects(field, 0, 3);
         CHECK(state(field, 0) == PageState::wp);
         CHECK(state(field, 2) == PageState::wp);
         return got;
       }},
      {"the border of two registered mappings", 2 * page, 0,
       [] {
         auto field = written(2);
         ::madvise(field.memory.bytes(1), field.unit(), MADV_DONTDUMP);
         return protects(field, 0, 2);
       }},
      // No count is told: what was protected before the kernel stopped stays so.
      {"the second half is registered for missing pages only", 0, ENOENT,
       [] {
         auto field = written(2);
         CHECK(field.uffd.unregister_range(field.at(1), field.unit()));
         CHECK(field.uffd.register_range(field.at(1), field.unit(), abi::kModeMissing));
         auto got = protects(field, 0, 2);
         CHECK(state(field, 0) == PageState::wp);
         return got;
       }},
      {"registered for missing pages only", 0, ENOENT,
       [] { return protects(written(1, abi::kModeMissing), 0); }},
      {"nothing is mapped there", 0, ENOENT,
       [] {
         auto field = written(2);
         ::munmap(field.memory.bytes(1), field.unit());
         return protects(field, 1);
       }},
      {"a remove event is queued", 0, EAGAIN,
       [] {
         auto field = written(2, kWp, abi::kFeatEventRemove);
         QueuedEvent event(field, 1);
         return protects(field, 0);
       }},
      {"protect, and DONTWAKE", 0, EINVAL,
       [] { return protects(written(1), 0, 1, kProtect | abi::kWriteprotectDontwake); }},
      {"an unknown mode", 0, EINVAL, [] { return protects(written(1), 0, 1, 1ull << 9); }},
      {"start inside a page", 0, EINVAL,
       [] {
         auto field = written(2);
         return field.uffd.writeprotect(field.at(0) + 8, field.unit(), kProtect);
       }},
      {"no length", 0, EINVAL, [] { return protects(written(1), 0, 0); }},
      {"no userfaultfd", 0, EBADF,
       [] { return Userfaultfd().writeprotect(0x100000, page_size(), kProtect); }},
  });
}

TEST_CASE("UFFDIO_WRITEPROTECT: the target's end, and huge pages") {
  NEEDS(without_privilege());
  HugePages pool(1);
  NEEDS(pool.missing());
  auto huge_field = [] {
    Mapping memory(Memory::huge, 1);
    *memory.bytes() = 1;
    return Field(std::move(memory), kWp);
  };
  check({
      {"the target is dead", 0, ESRCH,
       [] {
         Victim victim({.modes = kWp});
         auto uffd = victim.uffd();
         victim.kill();
         return uffd.writeprotect(victim.at(0), victim.unit(), kProtect);
       }},
      {"a huge page", static_cast<int64_t>(kHugePage), 0,
       [&] {
         auto field = huge_field();
         auto got = protects(field, 0);
         CHECK(state(field, 0) == PageState::wp);
         return got;
       }},
      {"a small page of a huge one", 0, EINVAL,
       [&] {
         auto field = huge_field();
         return field.uffd.writeprotect(field.at(0), page_size(), kProtect);
       }},
  });
}

TEST_CASE(
    "UFFDIO_WRITEPROTECT: who waits to write goes on when it is taken off, unless DONTWAKE is "
    "said") {
  auto field = written(2);
  REQUIRE(protects(field, 0, 2).complete());
  Touch woken(field.uffd, field.at(0), How::write), asleep(field.uffd, field.at(1), How::write);
  REQUIRE(next_message(field.uffd));
  REQUIRE(next_message(field.uffd));
  CHECK(protects(field, 0, 1, 0).complete());
  REQUIRE(woken.ends());
  CHECK(*field.memory.bytes(0) == 0x77);
  CHECK(protects(field, 1, 1, abi::kWriteprotectDontwake).complete());
  ::usleep(20'000);
  CHECK_FALSE(asleep.over());
  CHECK(field.uffd.wake(field.at(1), field.unit()));
  CHECK(asleep.ends());
  CHECK(*field.memory.bytes(1) == 0x77);
}

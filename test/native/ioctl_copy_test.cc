// UFFDIO_COPY: bytes of ours become the target's page.
#include <doctest/doctest.h>

#include <cerrno>

#include "kernel/pagemap.h"
#include "support/field.h"
#include "support/huge_pages.h"
#include "support/memory_limit.h"
#include "support/needs.h"
#include "support/queued_event.h"
#include "support/rows.h"
#include "support/touch.h"
#include "support/victim.h"

using namespace native_test;
using uffdscope::Pagemap;
using uffdscope::PageState;

namespace {

constexpr uint64_t kMissing = abi::kModeMissing, kWp = abi::kModeWp;

Progress copies(const Field& field, size_t page, size_t count = 1, uint64_t mode = 0,
                uint8_t byte = 0x5a) {
  auto bytes = page_of(field, byte, count);
  return field.uffd.copy(field.at(page), bytes.data(), bytes.size(), mode);
}

PageState state(const Field& field, size_t page) {
  auto map = Pagemap::open(::getpid());
  REQUIRE(map);
  auto state = map->state_of(field.at(page));
  REQUIRE(state);
  return *state;
}

}  // namespace

TEST_CASE("UFFDIO_COPY") {
  const auto page = static_cast<int64_t>(page_size());
  check({
      {"a missing page", page, 0,
       [] {
         Field field(Memory::anonymous, 2);
         auto got = copies(field, 0);
         CHECK(all_bytes(field.memory.bytes(0), field.unit(), 0x5a));
         CHECK(state(field, 0) == PageState::present);
         CHECK(state(field, 1) == PageState::missing);
         return got;
       }},
      {"several pages at once", 3 * page, 0,
       [] {
         Field field(Memory::anonymous, 4);
         auto got = copies(field, 1, 3);
         CHECK(all_bytes(field.memory.bytes(1), 3 * field.unit(), 0x5a));
         CHECK(state(field, 0) == PageState::missing);
         return got;
       }},
      {"shared memory: who maps the file sees it too", page, 0,
       [] {
         Field field(Memory::shared, 1);
         auto other = Mapping::view_of(field.memory);
         auto got = copies(field, 0);
         CHECK(all_bytes(other.bytes(), field.unit(), 0x5a));
         return got;
       }},
      {"a private mapping of a file: the file keeps its hole", page, 0,
       [] {
         Field field(Memory::private_file, 1);
         auto got = copies(field, 0);
         CHECK(look_at(field.at(0)) == 0x5a);
         CHECK(look_at(Mapping::view_of(field.memory).at(0)) == 0);
         return got;
       }},
      {"write-protected at once", page, 0,
       [] {
         Field field(Memory::anonymous, 1, kMissing | kWp);
         auto got = copies(field, 0, 1, abi::kCopyWp);
         CHECK(state(field, 0) == PageState::wp);
         CHECK(look_at(field.at(0)) == 0x5a);
         return got;
       }},
      {"over a poisoned page: it is whole again", page, 0,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(field.uffd.poison(field.at(0), field.unit()).complete());
         auto got = copies(field, 0);
         CHECK(look_at(field.at(0)) == 0x5a);
         return got;
       }},
      {"the bytes do not begin at a page", page, 0,
       [] {
         Field field(Memory::anonymous, 1);
         auto bytes = page_of(field, 0x11, 2);
         auto got = field.uffd.copy(field.at(0), bytes.data() + 3, field.unit());
         CHECK(look_at(field.at(0)) == 0x11);
         return got;
       }},
      {"partial: the third of four pages is there", 2 * page, EAGAIN,
       [] {
         Field field(Memory::anonymous, 4);
         field.fill(2, 0x22);
         auto got = copies(field, 0, 4);
         CHECK(all_bytes(field.memory.bytes(0), 2 * field.unit(), 0x5a));
         CHECK(look_at(field.at(2)) == 0x22);
         CHECK(state(field, 3) == PageState::missing);
         return got;
       }},
      {"partial: our bytes end after one page", page, EAGAIN,
       [] {
         Field field(Memory::anonymous, 2);
         Mapping bytes(Memory::anonymous, 2);
         ::mprotect(bytes.bytes(1), page_size(), PROT_NONE);
         return field.uffd.copy(field.at(0), bytes.bytes(), 2 * page_size());
       }},
      {"the page is there", 0, EEXIST,
       [] {
         Field field(Memory::anonymous, 1);
         field.fill(0, 0x22);
         auto got = copies(field, 0);
         CHECK(look_at(field.at(0)) == 0x22);
         return got;
       }},
      {"a remove event is queued", 0, EAGAIN,
       [] {
         Field field(Memory::anonymous, 2, kMissing, abi::kFeatEventRemove);
         QueuedEvent event(field, 1);
         auto got = copies(field, 0);
         event.read_it();
         CHECK(state(field, 0) == PageState::missing);
         CHECK(copies(field, 0).complete());
         return got;
       }},
      {"memory that is not registered", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(field.uffd.unregister_range(field.at(0), field.unit()));
         return copies(field, 0);
       }},
      {"nothing is mapped there", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 2);
         ::munmap(field.memory.bytes(1), field.unit());
         return copies(field, 1);
       }},
      {"over the end of the mapping: nothing is done", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 2);
         ::munmap(field.memory.bytes(1), field.unit());
         return copies(field, 0, 2);
       }},
      {"over the border of two registered mappings: nothing is done", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 2);
         ::madvise(field.memory.bytes(1), field.unit(), MADV_DONTDUMP);
         auto got = copies(field, 0, 2);
         CHECK(copies(field, 0).complete());
         CHECK(copies(field, 1).complete());
         return got;
       }},
      {"our bytes can't be read", 0, EFAULT,
       [] {
         Field field(Memory::anonymous, 1);
         Mapping closed(Memory::anonymous, 1, PROT_NONE);
         return field.uffd.copy(field.at(0), closed.bytes(), field.unit());
       }},
      {"behind the end of the file", 0, EFAULT,
       [] {
         Field field(Memory::shared, 2);
         CHECK(::ftruncate(field.memory.file(), static_cast<off_t>(page_size())) == 0);
         return copies(field, 1);
       }},
      {"write-protected, in a range without that mode", 0, EINVAL,
       [] { return copies(Field(Memory::anonymous, 1), 0, 1, abi::kCopyWp); }},
      {"an unknown mode", 0, EINVAL,
       [] { return copies(Field(Memory::anonymous, 1), 0, 1, 1ull << 9); }},
      {"start inside a page", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 2);
         auto bytes = page_of(field, 1);
         return field.uffd.copy(field.at(0) + 8, bytes.data(), bytes.size());
       }},
      {"length of half a page", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 1);
         auto bytes = page_of(field, 1);
         return field.uffd.copy(field.at(0), bytes.data(), bytes.size() / 2);
       }},
      {"no length", 0, EINVAL, [] { return copies(Field(Memory::anonymous, 1), 0, 0); }},
      {"no userfaultfd", 0, EBADF,
       [] { return Userfaultfd().copy(0x100000, nullptr, page_size()); }},
  });
}

TEST_CASE("UFFDIO_COPY: the target's end") {
  NEEDS(without_privilege());
  auto copy_to = [](const Victim& victim, const Userfaultfd& uffd) {
    std::vector<uint8_t> bytes(victim.unit(), 1);
    return uffd.copy(victim.at(0), bytes.data(), bytes.size());
  };
  check({
      {"another process", static_cast<int64_t>(page_size()), 0,
       [&] {
         Victim victim;
         auto got = copy_to(victim, victim.uffd());
         CHECK(victim.result(victim.reads(0)) == "1");
         return got;
       }},
      {"the target is dead", 0, ESRCH,
       [&] {
         Victim victim;
         auto uffd = victim.uffd();
         victim.kill();
         return copy_to(victim, uffd);
       }},
      {"the target is another program now", 0, ESRCH,
       [&] {
         Victim victim;
         auto uffd = victim.uffd();
         victim.exec();
         return copy_to(victim, uffd);
       }},
  });
}

TEST_CASE("UFFDIO_COPY: the target may have no more memory") {
  NEEDS(without_privilege());
  Victim victim({.pages = 4096});
  auto uffd = victim.uffd();
  MemoryLimit limit(victim.pid(), 4 << 20);
  if (!limit.missing().empty()) {  // no fault of the machine: most have cgroup v2
    MESSAGE("ENOMEM is not tried: " << limit.missing());
    return;
  }
  std::vector<uint8_t> bytes(4096 * page_size(), 1);
  auto some = uffd.copy(victim.at(0), bytes.data(), bytes.size());
  CHECK(name_of(some.err) == "EAGAIN");
  CHECK(some.done > 0);
  CHECK(some.done < 5 << 20);
  auto none = uffd.copy(victim.at(0) + static_cast<uint64_t>(some.done), bytes.data(), page_size());
  CHECK(name_of(none.err) == "ENOMEM");
  CHECK(none.done == 0);
  victim.kill();
}

TEST_CASE("UFFDIO_COPY: huge pages") {
  HugePages pool(2);
  NEEDS(pool.missing());
  const auto huge = static_cast<int64_t>(kHugePage);
  check({
      {"one huge page", huge, 0,
       [] {
         Field field(Memory::huge, 1);
         auto got = copies(field, 0);
         CHECK(all_bytes(field.memory.bytes(), kHugePage, 0x5a));
         return got;
       }},
      {"a small page of a huge one", 0, EINVAL,
       [] {
         Field field(Memory::huge, 1);
         std::vector<uint8_t> bytes(page_size());
         return field.uffd.copy(field.at(0), bytes.data(), bytes.size());
       }},
      {"the page is there", 0, EEXIST,
       [] {
         Field field(Memory::huge, 1);
         field.fill(0, 1);
         return copies(field, 0);
       }},
      {"partial: the pool has one of two", huge, EAGAIN,
       [&] {
         pool.set(1);
         Field field(Memory::huge, 2);
         return copies(field, 0, 2);
       }},
      // hugetlb_mfill_atomic_pte calls it EEXIST when no page can be had and the page table is
      // there, which it has just made: want of memory can't be told from a page that is there.
      {"the pool is empty", 0, EEXIST,
       [&] {
         pool.set(0);
         return copies(Field(Memory::huge, 1), 0);
       }},
  });
}

TEST_CASE("UFFDIO_COPY: who waits for the page goes on, unless DONTWAKE is said") {
  Field field(Memory::anonymous, 2);
  Touch woken(field.uffd, field.at(0), How::read), asleep(field.uffd, field.at(1), How::write);
  REQUIRE(next_message(field.uffd));
  REQUIRE(next_message(field.uffd));
  CHECK(copies(field, 0).complete());
  REQUIRE(woken.ends());
  CHECK(woken.value() == 0x5a);

  CHECK(copies(field, 1, 1, abi::kCopyDontwake).complete());
  ::usleep(20'000);
  CHECK_FALSE(asleep.over());
  CHECK(unanswered(field.uffd) == 1);
  CHECK(field.uffd.wake(field.at(1), field.unit()));
  CHECK(asleep.ends());
  CHECK(*field.memory.bytes(1) == 0x77);
}

TEST_CASE("UFFDIO_COPY: what was done of a part is awake too") {
  Field field(Memory::anonymous, 2);
  field.fill(1, 0x22);
  Touch waits(field.uffd, field.at(0), How::read);
  REQUIRE(next_message(field.uffd));
  auto got = copies(field, 0, 2);
  CHECK(got.done == static_cast<int64_t>(field.unit()));
  CHECK(waits.ends());
}

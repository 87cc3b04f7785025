// UFFDIO_MOVE: the page itself goes from one place of our memory to another.
#include <doctest/doctest.h>
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

#include "kernel/pagemap.h"
#include "support/eventually.h"
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
using uffdscope::UniqueFd;

namespace {

/// Anonymous memory with a byte in each page.
Mapping stored(size_t pages, int prot = kReadWrite) {
  Mapping store(Memory::anonymous, pages);
  for (size_t i = 0; i < pages; ++i)
    std::memset(store.bytes(i), 0x60 + static_cast<int>(i), page_size());
  if (prot != kReadWrite) ::mprotect(store.bytes(), store.length(), prot);
  return store;
}

Progress moves(const Field& to, const Mapping& from, size_t count = 1, uint64_t mode = 0) {
  return to.uffd.move(to.at(0), from.start(), count * page_size(), mode);
}

PageState state(uint64_t address) {
  auto map = Pagemap::open(::getpid());
  REQUIRE(map);
  auto state = map->state_of(address);
  REQUIRE(state);
  return *state;
}

/// Pins the memory for as long as the descriptor lives, as a device would: a buffer of io_uring.
UniqueFd pin(const Mapping& memory) {
  io_uring_params params{};
  UniqueFd ring(static_cast<int>(::syscall(SYS_io_uring_setup, 1, &params)));
  iovec buffer{memory.bytes(), memory.length()};
  if (ring && ::syscall(SYS_io_uring_register, ring.get(), IORING_REGISTER_BUFFERS, &buffer, 1)) {
    ring.reset();
  }
  return ring;
}

}  // namespace

TEST_CASE("UFFDIO_MOVE") {
  const auto page = static_cast<int64_t>(page_size());
  check({
      {"a page", page, 0,
       [] {
         Field field(Memory::anonymous, 2);
         auto store = stored(1);
         auto got = moves(field, store);
         CHECK(all_bytes(field.memory.bytes(), page_size(), 0x60));
         CHECK(state(store.start()) == PageState::missing);
         CHECK(*store.bytes() == 0);  // not registered there: zeros, and nobody is told
         return got;
       }},
      {"several", 3 * page, 0,
       [] {
         Field field(Memory::anonymous, 3);
         auto got = moves(field, stored(3), 3);
         CHECK(*field.memory.bytes(0) == 0x60);
         CHECK(*field.memory.bytes(2) == 0x62);
         return got;
       }},
      {"a page of zeros that has no memory of its own", page, 0,
       [] {
         Field field(Memory::anonymous, 1);
         Mapping zeros(Memory::anonymous, 1);
         CHECK(look_at(zeros.start()) == 0);
         auto got = moves(field, zeros);
         CHECK(state(field.at(0)) == PageState::zero);
         return got;
       }},
      {"holes of the source allowed: they stay holes", 3 * page, 0,
       [] {
         Field field(Memory::anonymous, 3);
         auto store = stored(3);
         ::madvise(store.bytes(1), page_size(), MADV_DONTNEED);
         auto got = moves(field, store, 3, abi::kMoveAllowSrcHoles);
         CHECK(state(field.at(1)) == PageState::missing);
         CHECK(*field.memory.bytes(2) == 0x62);
         return got;
       }},
      {"within one registered range", page, 0,
       [] {
         Field field(Memory::anonymous, 2);
         field.fill(1, 0x22);
         auto got = field.uffd.move(field.at(0), field.at(1), page_size());
         CHECK(look_at(field.at(0)) == 0x22);
         CHECK(state(field.at(1)) == PageState::missing);
         return got;
       }},
      {"partial: a hole in the source", page, EAGAIN,
       [] {
         Field field(Memory::anonymous, 3);
         auto store = stored(3);
         ::madvise(store.bytes(1), page_size(), MADV_DONTNEED);
         auto got = moves(field, store, 3);
         CHECK(*store.bytes(2) == 0x62);
         return got;
       }},
      {"partial: the third page is there", 2 * page, EAGAIN,
       [] {
         Field field(Memory::anonymous, 4);
         field.fill(2, 0x22);
         return moves(field, stored(4), 4);
       }},
      {"a hole", 0, ENOENT,
       [] { return moves(Field(Memory::anonymous, 1), Mapping(Memory::anonymous, 1)); }},
      {"no source is mapped", 0, ENOENT,
       [] {
         Field field(Memory::anonymous, 1);
         uint64_t gone = Mapping(Memory::anonymous, 1).start();
         return field.uffd.move(field.at(0), gone, page_size());
       }},
      {"the target page is there", 0, EEXIST,
       [] {
         Field field(Memory::anonymous, 1);
         field.fill(0, 0x22);
         auto store = stored(1);
         auto got = moves(field, store);
         CHECK(*store.bytes() == 0x60);
         return got;
       }},
      {"shared with a forked child", 0, EBUSY,
       [] {
         Field field(Memory::anonymous, 1);
         auto store = stored(1);
         int until[2];
         CHECK(::pipe2(until, O_CLOEXEC) == 0);
         auto child = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
         if (child == 0) {
           char byte;
           ::close(until[1]);
           (void)!::read(until[0], &byte, 1);
           ::_exit(0);
         }
         auto got = moves(field, store);
         ::close(until[1]);
         ::waitpid(child, nullptr, 0);
         ::close(until[0]);
         CHECK(moves(field, store).err == EBUSY);  // not even when the child is gone …
         *store.bytes() = 0x60;                    // … but when the page was written
         CHECK(moves(field, store).complete());
         return got;
       }},
      {"a poisoned source", 0, EFAULT,
       [] {
         Field field(Memory::anonymous, 1), poisoned(Memory::anonymous, 1);
         CHECK(poisoned.uffd.poison(poisoned.at(0), page_size()).complete());
         return moves(field, poisoned.memory);
       }},
      {"a remove event is queued", 0, EAGAIN,
       [] {
         Field field(Memory::anonymous, 2, abi::kModeMissing, abi::kFeatEventRemove);
         QueuedEvent event(field, 1);
         return moves(field, stored(1));
       }},
      {"a guard page", 0, EFAULT,
       [] {
         Field field(Memory::anonymous, 1);
         Mapping guarded(Memory::anonymous, 1);
         CHECK(::madvise(guarded.bytes(), page_size(), 102 /* MADV_GUARD_INSTALL */) == 0);
         CHECK(moves(field, guarded, 1, abi::kMoveAllowSrcHoles).err == EFAULT);
         return moves(field, guarded);
       }},
      {"to a guard page", 0, EEXIST,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(::madvise(field.memory.bytes(), page_size(), 102 /* MADV_GUARD_INSTALL */) == 0);
         return moves(field, stored(1));
       }},
      {"to memory that is not registered", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 1);
         CHECK(field.uffd.unregister_range(field.at(0), page_size()));
         return moves(field, stored(1));
       }},
      {"to memory of another userfaultfd", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 1), others(Memory::anonymous, 1);
         return field.uffd.move(others.at(0), stored(1).start(), page_size());
       }},
      {"over the end of the target", 0, EINVAL,
       [] { return moves(Field(Memory::anonymous, 1), stored(2), 2); }},
      {"a source that may only be read", 0, EINVAL,
       [] { return moves(Field(Memory::anonymous, 1), stored(1, PROT_READ)); }},
      {"a locked source", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 1);
         auto store = stored(1);
         // Not mlock(3), which sanitizers turn into nothing.
         CHECK(::syscall(SYS_mlock, store.bytes(), page_size()) == 0);
         return moves(field, store);
       }},
      {"a shared source", 0, EINVAL,
       [] {
         Mapping shared(Memory::shared, 1);
         *shared.bytes() = 1;
         return moves(Field(Memory::anonymous, 1), shared);
       }},
      {"to shared memory", 0, EINVAL, [] { return moves(Field(Memory::shared, 1), stored(1)); }},
      {"an unknown mode", 0, EINVAL,
       [] { return moves(Field(Memory::anonymous, 1), stored(1), 1, 1ull << 9); }},
      {"source inside a page", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 1);
         return field.uffd.move(field.at(0), stored(2).start() + 8, page_size());
       }},
      {"target inside a page", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 2);
         return field.uffd.move(field.at(0) + 8, stored(1).start(), page_size());
       }},
      {"no length", 0, EINVAL, [] { return moves(Field(Memory::anonymous, 1), stored(1), 0); }},
  });
}

TEST_CASE("UFFDIO_MOVE: not into another process") {
  NEEDS(without_privilege());
  check({
      {"alive", 0, EINVAL,
       [] {
         Victim victim;
         return victim.uffd().move(victim.at(0), stored(1).start(), page_size());
       }},
      {"dead", 0, EINVAL,
       [] {
         Victim victim;
         auto uffd = victim.uffd();
         victim.kill();
         return uffd.move(victim.at(0), stored(1).start(), page_size());
       }},
  });
}

TEST_CASE("UFFDIO_MOVE: a page that a device may write to stays") {
  Field field(Memory::anonymous, 1);
  auto store = stored(1);
  {
    auto pinned = pin(store);
    NEEDS(pinned ? "" : "io_uring is not permitted here");
    CHECK(moves(field, store).err == EBUSY);
    CHECK(*store.bytes() == 0x60);
  }
  // The ring lets go of its buffers some time after its descriptor was closed.
  Progress got;
  CHECK(eventually([&] { return (got = moves(field, store)).err != EBUSY; }));
  CHECK(got.complete());
}

TEST_CASE("UFFDIO_MOVE: a transparent huge page moves whole, or in parts") {
  NEEDS(without_transparent_huge_pages());
  auto source = Mapping::for_huge_blocks(1);
  std::memset(source.bytes(), 0x66, source.length());
  Field field(Mapping::for_huge_blocks(1), abi::kModeMissing);
  auto map = Pagemap::open(::getpid());
  auto runs = map->scan(source.start(), source.start() + kHugePage);
  REQUIRE(runs);
  NEEDS(runs->front().huge ? "" : "no memory for a transparent huge page");
  CHECK(field.uffd.move(field.at(0), source.start(), kHugePage).complete());
  CHECK(map->scan(field.at(0), field.at(0) + kHugePage)->front().huge);
  // Back, one small page of it: the huge page is split.
  Field back(std::move(source), abi::kModeMissing);
  CHECK(back.uffd.move(back.at(3), field.memory.at(3), page_size()).complete());
  CHECK(look_at(back.at(3)) == 0x66);
  CHECK(state(field.memory.at(3)) == PageState::missing);
  CHECK(look_at(field.memory.at(4)) == 0x66);
}

TEST_CASE("UFFDIO_MOVE: who waits for the page goes on, unless DONTWAKE is said") {
  Field field(Memory::anonymous, 2);
  auto store = stored(2);
  Touch woken(field.uffd, field.at(0), How::read), asleep(field.uffd, field.at(1), How::read);
  REQUIRE(next_message(field.uffd));
  REQUIRE(next_message(field.uffd));
  CHECK(moves(field, store).complete());
  REQUIRE(woken.ends());
  CHECK(woken.value() == 0x60);
  CHECK(field.uffd.move(field.at(1), store.at(1), page_size(), abi::kMoveDontwake).complete());
  ::usleep(20'000);
  CHECK_FALSE(asleep.over());
  CHECK(field.uffd.wake(field.at(1), page_size()));
  REQUIRE(asleep.ends());
  CHECK(asleep.value() == 0x61);
}

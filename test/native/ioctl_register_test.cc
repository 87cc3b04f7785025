// UFFDIO_REGISTER, UFFDIO_UNREGISTER and UFFDIO_WAKE.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <cerrno>
#include <string>

#include "support/eventually.h"
#include "support/field.h"
#include "support/huge_pages.h"
#include "support/needs.h"
#include "support/rows.h"
#include "support/touch.h"
#include "support/victim.h"

using namespace native_test;

namespace {

constexpr uint64_t kMissing = abi::kModeMissing, kWp = abi::kModeWp, kMinor = abi::kModeMinor;

/// One bit an ioctl, as UFFDIO_REGISTER answers.
constexpr uint64_t bit(unsigned long request) { return 1ull << (request & 0xff); }
constexpr uint64_t kFills = bit(abi::kIoctlWake) | bit(abi::kIoctlCopy) | bit(abi::kIoctlPoison);
constexpr uint64_t kSmallPages = kFills | bit(abi::kIoctlZeropage) | bit(abi::kIoctlMove);

Progress registers(const Mapping& memory, uint64_t modes) {
  auto uffd = open_uffd();
  return outcome(uffd.register_range(memory.start(), memory.length(), modes));
}

Mapping read_only_view_of_read_only_file() {
  int writable = ::memfd_create("read-only", MFD_CLOEXEC);
  REQUIRE(::ftruncate(writable, 4 * static_cast<off_t>(page_size())) == 0);
  std::string path = "/proc/self/fd/" + std::to_string(writable);
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ::close(writable);
  void* p = ::mmap(nullptr, 4 * page_size(), PROT_READ, MAP_SHARED, file, 0);
  REQUIRE(p != MAP_FAILED);
  return Mapping::of(p, 4 * page_size(), file);
}

Mapping program_file() {
  int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  void* p = ::mmap(nullptr, page_size(), PROT_READ, MAP_PRIVATE, file, 0);
  REQUIRE(p != MAP_FAILED);
  return Mapping::of(p, page_size(), file);
}

}  // namespace

TEST_CASE("UFFDIO_REGISTER") {
  Mapping memory(Memory::anonymous, 4);
  Mapping shared(Memory::shared, 4);
  auto ours = open_uffd();
  uint64_t at = memory.start(), len = memory.length(), page = page_size();
  auto on = [&](uint64_t start, uint64_t length, uint64_t modes) {
    return [&ours, start, length, modes] {
      return outcome(ours.register_range(start, length, modes));
    };
  };
  check({
      {"missing", 0, 0, on(at, len, kMissing)},
      {"once more, the same", 0, 0, on(at, len, kMissing)},
      {"another mode added", 0, 0, on(at, len, kMissing | kWp)},
      {"a part of it", 0, 0, on(at + page, page, kMissing)},
      {"write-protect alone", 0, 0, on(at, len, kWp)},
      {"shared memory, all modes", 0, 0, on(shared.start(), len, kMissing | kWp | kMinor)},
      {"memory that another userfaultfd has", 0, EBUSY,
       [&] { return registers(memory, kMissing); }},
      {"no mode", 0, EINVAL, on(at, len, 0)},
      {"an unknown mode", 0, EINVAL, on(at, len, kMissing | 1ull << 20)},
      {"start inside a page", 0, EINVAL, on(at + 1, page, kMissing)},
      {"length of half a page", 0, EINVAL, on(at, page / 2, kMissing)},
      {"no length", 0, EINVAL, on(at, 0, kMissing)},
      {"past the end of the address space", 0, EINVAL,
       on(at, ~uint64_t{0} & ~(page - 1), kMissing)},
      {"wrapped around", 0, EINVAL, on(~uint64_t{0} & ~(page - 1), 2 * page, kMissing)},
      {"minor faults of anonymous memory", 0, EINVAL,
       [] { return registers(Mapping(Memory::anonymous, 1), kMinor); }},
      {"a private mapping of a program", 0, EINVAL,
       [] { return registers(program_file(), kMissing); }},
      {"a shared mapping that nobody may write", 0, EPERM,
       [] { return registers(read_only_view_of_read_only_file(), kMissing); }},
      {"nothing is mapped there", 0, EINVAL,
       [&] {
         uint64_t gone = Mapping(Memory::anonymous, 1).start();
         return outcome(ours.register_range(gone, page, kMissing));
       }},
      {"a closed userfaultfd", 0, EBADF,
       [&] { return outcome(Userfaultfd().register_range(at, len, kMissing)); }},
  });
}

TEST_CASE("UFFDIO_REGISTER: the target's end") {
  NEEDS(without_privilege());
  check({
      {"the target is dead", 0, ENOMEM,
       [] {
         Victim victim;
         auto uffd = victim.uffd();
         victim.kill();
         return outcome(uffd.register_range(victim.at(0), victim.unit(), kMissing));
       }},
      {"the target is another program now", 0, ENOMEM,
       [] {
         Victim victim;
         auto uffd = victim.uffd();
         victim.exec();
         return outcome(uffd.register_range(victim.at(0), victim.unit(), kMissing));
       }},
      {"the target has no mapping left, and a part needs its own", 0, ENOMEM,
       [] {
         Victim victim({.modes = 0});
         auto uffd = victim.uffd();
         CHECK(std::stol(victim.result(victim.order("many"))) > 1000);
         return outcome(uffd.register_range(victim.at(4), victim.unit(), kMissing));
       }},
  });
}

TEST_CASE("UFFDIO_REGISTER: huge pages are registered whole") {
  HugePages pool(0);
  NEEDS(pool.missing());
  Mapping memory(Memory::huge, 2);
  auto uffd = open_uffd();
  uint64_t at = memory.start(), small = page_size();
  check({
      {"one of two", 0, 0, [&] { return outcome(uffd.register_range(at, kHugePage, kMissing)); }},
      {"the end inside a huge page", 0, EINVAL,
       [&] { return outcome(uffd.register_range(at, kHugePage + small, kMissing)); }},
      {"the start inside a huge page", 0, EINVAL,
       [&] { return outcome(uffd.register_range(at + small, kHugePage, kMissing)); }},
  });
}

TEST_CASE("UFFDIO_REGISTER: which resolutions the range can have") {
  struct Case {
    const char* what;
    Memory kind;
    uint64_t modes, ioctls;
  };
  uint64_t wp = bit(abi::kIoctlWriteprotect), go_on = bit(abi::kIoctlContinue);
  const Case cases[] = {
      {"anonymous, missing", Memory::anonymous, kMissing, kSmallPages},
      {"anonymous, missing and wp", Memory::anonymous, kMissing | kWp, kSmallPages | wp},
      {"shared, missing", Memory::shared, kMissing, kSmallPages},
      {"shared, minor", Memory::shared, kMinor, kSmallPages | go_on},
      {"shared, all", Memory::shared, kMissing | kWp | kMinor, kSmallPages | wp | go_on},
      {"huge, missing", Memory::huge, kMissing, kFills},
      {"huge, all", Memory::huge, kMissing | kWp | kMinor, kFills | wp | go_on},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.what));
    Mapping memory(c.kind, 1);
    auto uffd = open_uffd();
    auto ioctls = uffd.register_range(memory.start(), memory.length(), c.modes);
    REQUIRE(ioctls);
    CHECK(*ioctls == c.ioctls);
  }
}

TEST_CASE("UFFDIO_UNREGISTER") {
  auto field = std::make_unique<Field>(Memory::anonymous, 4);
  uint64_t at = field->at(0), page = page_size();
  auto on = [&](uint64_t start, uint64_t length) {
    return [&field, start, length] { return outcome(field->uffd.unregister_range(start, length)); };
  };
  Field others(Memory::anonymous, 1);
  auto file = program_file();
  check({
      {"a part", 0, 0, on(at + page, page)},
      {"the same once more", 0, 0, on(at + page, page)},
      {"all, a part of which was not registered", 0, 0, on(at, 4 * page)},
      {"start inside a page", 0, EINVAL, on(at + 1, page)},
      {"no length", 0, EINVAL, on(at, 0)},
      {"length of half a page", 0, EINVAL, on(at, page / 2)},
      {"what another userfaultfd has", 0, EINVAL, on(others.at(0), page)},
      {"memory that can't be registered", 0, EINVAL, on(file.start(), page)},
      {"nothing is mapped there", 0, EINVAL,
       [&] {
         uint64_t gone = Mapping(Memory::anonymous, 1).start();
         return outcome(field->uffd.unregister_range(gone, page));
       }},
  });
  if (!without_privilege().empty()) return;
  check({{"the target is dead", 0, ENOMEM, [] {
            Victim victim;
            auto uffd = victim.uffd();
            victim.kill();
            return outcome(uffd.unregister_range(victim.at(0), victim.unit()));
          }}});
}

TEST_CASE("UFFDIO_UNREGISTER: who waits there goes on, and reads zeros") {
  Field field(Memory::anonymous, 2);
  Touch waits(field.uffd, field.at(0), How::read);
  REQUIRE(next_message(field.uffd));
  CHECK_FALSE(waits.over());
  REQUIRE(field.uffd.unregister_range(field.at(0), field.memory.length()));
  REQUIRE(waits.ends());
  CHECK(waits.value() == 0);
  CHECK(look_at(field.at(1)) == 0);
  CHECK(unanswered(field.uffd) == 0);
}

TEST_CASE("UFFDIO_WAKE") {
  Field field(Memory::anonymous, 4);
  uint64_t at = field.at(0), page = page_size();
  auto on = [&](uint64_t start, uint64_t length) {
    return [&field, start, length] { return outcome(field.uffd.wake(start, length)); };
  };
  Mapping unregistered(Memory::anonymous, 1);
  check({
      {"nobody waits", 0, 0, on(at, page)},
      {"memory that is not registered", 0, 0, on(unregistered.start(), page)},
      {"no length", 0, EINVAL, on(at, 0)},
      {"start inside a page", 0, EINVAL, on(at + 1, page)},
      {"length of half a page", 0, EINVAL, on(at, page / 2)},
      {"past the end of the address space", 0, EINVAL, on(at, ~uint64_t{0} & ~(page - 1))},
  });
  if (!without_privilege().empty()) return;
  check({{"the target is dead: there is nobody to wake", 0, 0, [] {
            Victim victim;
            auto uffd = victim.uffd();
            victim.kill();
            return outcome(uffd.wake(victim.at(0), victim.unit()));
          }}});
}

TEST_CASE("UFFDIO_WAKE: wakes exactly these pages, whose threads fault again") {
  Field field(Memory::anonymous, 4);
  Touch first(field.uffd, field.at(0), How::read), second(field.uffd, field.at(1), How::read);
  REQUIRE(next_message(field.uffd));
  REQUIRE(next_message(field.uffd));
  CHECK(unread(field.uffd) == 0);
  CHECK(unanswered(field.uffd) == 2);

  REQUIRE(field.uffd.wake(field.at(1), page_size()));
  auto again = next_message(field.uffd);
  REQUIRE(again);
  CHECK(again->arg.pagefault.address == field.at(1));
  CHECK(unread(field.uffd) == 0);
  CHECK_FALSE(first.over());
  CHECK_FALSE(second.over());
  CHECK(field.uffd.zeropage(field.at(0), 2 * page_size()).complete());
  CHECK(first.ends());
  CHECK(second.ends());
}

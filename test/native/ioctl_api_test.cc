// Opening a userfaultfd both ways, and UFFDIO_API: what the kernel grants, and each way it refuses.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>
#include <fstream>

#include "support/field.h"
#include "support/less_privilege.h"
#include "support/needs.h"
#include "support/rows.h"
#include "support/touch.h"

using namespace native_test;
using uffdscope::Result;

namespace {

using Open = Userfaultfd::Open;

Progress open_as(Open how, bool user_mode_only, int flags = 0) {
  return outcome(Userfaultfd::open(how, user_mode_only, flags));
}

bool sysctl_allows_everybody() {
  int value = 0;
  std::ifstream("/proc/sys/vm/unprivileged_userfaultfd") >> value;
  return value == 1;
}

/// A userfaultfd that has not said UFFDIO_API yet.
Userfaultfd fresh() {
  auto uffd = Userfaultfd::open(Open::syscall, true, O_NONBLOCK);
  REQUIRE(uffd);
  return std::move(*uffd);
}

}  // namespace

TEST_CASE("open: userfaultfd(2) and /dev/userfaultfd, with and without privilege") {
  NEEDS(without_privilege());
  check({
      {"userfaultfd(2)", 0, 0, [] { return open_as(Open::syscall, false); }},
      {"userfaultfd(2), faults of user mode only", 0, 0,
       [] { return open_as(Open::syscall, true); }},
      {"/dev/userfaultfd", 0, 0, [] { return open_as(Open::device, false, O_NONBLOCK); }},
      {"/dev/userfaultfd, faults of user mode only", 0, 0,
       [] { return open_as(Open::device, true); }},
      {"an unknown flag", 0, EINVAL, [] { return open_as(Open::syscall, false, 1 << 30); }},
      {"an unknown flag of the device", 0, EINVAL,
       [] { return open_as(Open::device, false, 1 << 30); }},
      {"no descriptor is left", 0, EMFILE,
       [] {
         rlimit before;
         ::getrlimit(RLIMIT_NOFILE, &before);
         rlimit none{0, before.rlim_max};
         ::setrlimit(RLIMIT_NOFILE, &none);
         auto got = open_as(Open::syscall, false);
         ::setrlimit(RLIMIT_NOFILE, &before);
         return got;
       }},
      {"no capability, all faults", 0, sysctl_allows_everybody() ? 0 : EPERM,
       [] {
         Progress got;
         without_capabilities([&] { got = open_as(Open::syscall, false); });
         return got;
       }},
      {"no capability, faults of user mode only", 0, 0,
       [] {
         Progress got;
         without_capabilities([&] { got = open_as(Open::syscall, true); });
         return got;
       }},
      {"the device belongs to root", 0, EACCES,
       [] {
         Progress got;
         as_nobody([&] { got = open_as(Open::device, true); });
         return got;
       }},
      {"whoever may open the device needs no capability", 0, 0,
       [] {
         Progress got;
         without_capabilities([&] { got = open_as(Open::device, false); });
         return got;
       }},
  });
}

TEST_CASE("open: the error names the call that failed") {
  auto bad_flag = Userfaultfd::open(Open::syscall, true, 1 << 30);
  REQUIRE_FALSE(bad_flag);
  CHECK(std::string(bad_flag.error().call) == "userfaultfd");
  as_nobody([] {
    auto no_access = Userfaultfd::open(Open::device, true);
    REQUIRE_FALSE(no_access);
    CHECK(std::string(no_access.error().call) == "open(/dev/userfaultfd)");
  });
}

TEST_CASE("open: user mode only means that the kernel itself gets EFAULT, and no message is sent") {
  auto uffd = fresh();
  REQUIRE(uffd.api(0));
  Mapping memory(Memory::anonymous, 2);
  REQUIRE(uffd.register_range(memory.start(), memory.length(), abi::kModeMissing));
  int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  CHECK(::read(zero, memory.bytes(0), 1) == -1);
  CHECK(errno == EFAULT);
  CHECK(unanswered(uffd) == 0);
  Touch user(uffd, memory.at(1), How::read);
  CHECK(next_message(uffd));
  ::close(zero);
}

TEST_CASE("open: without user mode only, a fault of the kernel waits like any other") {
  NEEDS(without_privilege());
  Field field(Memory::anonymous, 1);
  int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  std::thread kernel_fault([&] { CHECK(::read(zero, field.memory.bytes(), 1) == 1); });
  auto message = next_message(field.uffd);
  CHECK(message);
  CHECK(field.uffd.zeropage(field.at(0), field.unit()).complete());
  kernel_fault.join();
  ::close(zero);
}

TEST_CASE("UFFDIO_API") {
  NEEDS(without_privilege());
  check({
      {"nothing asked", 0, 0, [] { return outcome(fresh().api(0)); }},
      {"a second time", 0, EINVAL,
       [] {
         auto uffd = fresh();
         CHECK(uffd.api(0));
         return outcome(uffd.api(0));
       }},
      {"a feature that no kernel has", 0, EINVAL, [] { return outcome(fresh().api(1ull << 63)); }},
      {"after a refusal it may be asked again", 0, 0,
       [] {
         auto uffd = fresh();
         CHECK_FALSE(uffd.api(1ull << 63));
         return outcome(uffd.api(0));
       }},
      {"fork events without CAP_SYS_PTRACE", 0, EPERM,
       [] {
         Progress got;
         without_capabilities([&] { got = outcome(fresh().api(abi::kFeatEventFork)); });
         return got;
       }},
      {"no userfaultfd at all", 0, EBADF, [] { return outcome(Userfaultfd().api(0)); }},
  });
}

TEST_CASE("UFFDIO_API: each feature of the table is granted, and the table has every feature") {
  NEEDS(without_privilege());
  auto offered = fresh().api(0);
  REQUIRE(offered);
  uint64_t known = 0;
  for (const abi::NamedBit& feature : abi::kFeatures) {
    CAPTURE(std::string(feature.name));
    known |= feature.bit;
    CHECK((offered->features & feature.bit) != 0);  // Linux 6.8 has them all
    CHECK(fresh().api(feature.bit));
  }
  CHECK_MESSAGE((offered->features & ~known) == 0,
                "unnamed feature bits: " << (offered->features & ~known));
  CHECK(fresh().api(offered->features & ~(abi::kFeatSigbus | abi::kFeatWpAsync)));
}

TEST_CASE("UFFDIO_API: the ioctls that it offers are those of the table") {
  auto offered = fresh().api(0);
  REQUIRE(offered);
  uint64_t known = 0;
  for (const abi::NamedIoctl& ioctl : abi::kIoctls) {
    CHECK(((ioctl.request >> 8) & 0xff) == abi::kApi);
    CHECK((ioctl.request & 0xff) == ioctl.nr);
    known |= 1ull << ioctl.nr;
  }
  // REGISTER, UNREGISTER and API are said here; what a range can do is said by UFFDIO_REGISTER.
  CHECK(offered->ioctls == (1ull << 0x3f | 1ull << 0x01 | 1ull << 0x00));
  CHECK((offered->ioctls & ~known) == 0);
}

TEST_CASE("before UFFDIO_API every call is refused") {
  Mapping memory(Memory::anonymous, 2);
  auto uffd = fresh();
  uint64_t at = memory.start(), len = page_size();
  std::vector<uint8_t> bytes(len);
  check({
      {"read", 0, EINVAL,
       [&] {
         abi::Message message;
         return outcome(uffd.read(&message, 1, true));
       }},
      {"REGISTER", 0, EINVAL, [&] { return outcome(uffd.register_range(at, len, 1)); }},
      {"UNREGISTER", 0, EINVAL, [&] { return outcome(uffd.unregister_range(at, len)); }},
      {"WAKE", 0, EINVAL, [&] { return outcome(uffd.wake(at, len)); }},
      {"COPY", 0, EINVAL, [&] { return uffd.copy(at, bytes.data(), len); }},
      {"ZEROPAGE", 0, EINVAL, [&] { return uffd.zeropage(at, len); }},
      {"CONTINUE", 0, EINVAL, [&] { return uffd.continue_range(at, len); }},
      {"POISON", 0, EINVAL, [&] { return uffd.poison(at, len); }},
      {"MOVE", 0, EINVAL, [&] { return uffd.move(at, memory.at(1), len); }},
      {"WRITEPROTECT", 0, EINVAL, [&] { return uffd.writeprotect(at, len, 0); }},
  });
}

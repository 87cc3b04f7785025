// Processes by descriptor: opened, watched to their end, and asked for one of their descriptors.
#include "kernel/pidfd.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "support/eventually.h"
#include "support/field.h"
#include "support/less_privilege.h"
#include "support/needs.h"
#include "support/rows.h"
#include "support/touch.h"
#include "support/victim.h"

using namespace native_test;
using uffdscope::has_ended;
using uffdscope::pidfd_getfd;
using uffdscope::pidfd_open;

TEST_CASE("pidfd_open") {
  check({
      {"ourselves", 0, 0, [] { return outcome(pidfd_open(::getpid())); }},
      {"nobody", 0, ESRCH, [] { return outcome(pidfd_open(1 << 22 | 1)); }},
      {"no number of a process", 0, EINVAL, [] { return outcome(pidfd_open(0)); }},
      {"a thread", 0, EINVAL,
       [] {
         Field field(Memory::anonymous, 1);
         Touch thread(field.uffd, field.at(0), How::read);
         CHECK(eventually([&] { return thread.tid() != 0; }));
         auto got = outcome(pidfd_open(thread.tid()));
         if (got.err == ENOENT) got.err = EINVAL;  // since 6.16
         return got;
       }},
  });
}

TEST_CASE("pidfd_getfd") {
  NEEDS(without_privilege());
  Victim victim;
  auto pidfd = pidfd_open(victim.pid());
  REQUIRE(pidfd);
  check({
      {"a descriptor", 0, 0,
       [&] {
         auto fd = pidfd_getfd(pidfd->get(), victim.uffd_number());
         REQUIRE(fd);
         CHECK((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
         return outcome(fd);
       }},
      {"no such descriptor", 0, EBADF, [&] { return outcome(pidfd_getfd(pidfd->get(), 999)); }},
      {"not ours to trace", 0, EPERM,
       [&] {
         Progress got;
         as_nobody([&] { got = outcome(pidfd_getfd(pidfd->get(), victim.uffd_number())); });
         return got;
       }},
      {"it has ended", 0, ESRCH,
       [&] {
         victim.kill();
         return outcome(pidfd_getfd(pidfd->get(), victim.uffd_number()));
       }},
  });
}

TEST_CASE("has_ended: not while it lives, and then for good") {
  Victim victim;
  auto pidfd = pidfd_open(victim.pid());
  REQUIRE(pidfd);
  CHECK_FALSE(has_ended(pidfd->get()));
  victim.exec();
  CHECK_FALSE(has_ended(pidfd->get()));  // another program, the same process
  victim.kill();
  CHECK(has_ended(pidfd->get()));
}

// Handlers that can't be frozen are told apart, and left as they were.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "engine/clock.h"
#include "keeper_rig.h"

using namespace keeper_test;

namespace {

KeeperRefusal why(const std::optional<KeeperMessage>& reply) {
  if (!reply || reply->say != KeeperSay::refused) return KeeperRefusal::none;
  return static_cast<KeeperRefusal>(reply->value);
}

}  // namespace

TEST_CASE("a monitor that is not watched, and what is no uffd, are refused") {
  NEEDS_PRIVILEGE();
  Rig rig;
  CHECK(why(rig.arm(7)) == KeeperRefusal::unwatched);
  int null[2];
  REQUIRE(::pipe(null) == 0);
  rig.say(KeeperSay::watch, 1, 0, null[0]);
  CHECK(why(rig.expect(KeeperSay::refused)) == KeeperRefusal::unwatched);
  CHECK(why(rig.arm(1)) == KeeperRefusal::unwatched);
  ::close(null[0]);
  ::close(null[1]);
}

TEST_CASE(
    "where nobody reads there is no handler to freeze, and that is said within half a second") {
  NEEDS_PRIVILEGE();
  Handler handler("poll process=1");
  Userfaultfd uffd = handler.uffd();
  handler.send(SIGKILL);
  sleep_ms(20);
  Rig rig;
  rig.watch(1, handler, uffd);
  int64_t quickest = INT64_MAX;
  for (int i = 0; i < 5; i++) {
    int64_t begun = now_ns();
    rig.say(KeeperSay::arm, 1);
    REQUIRE(rig.expect(KeeperSay::no_handler).has_value());
    quickest = std::min(quickest, now_ns() - begun);
    CHECK(rig.thaw(1));
  }
  CHECK(quickest < 600 * kMilli);
}

TEST_CASE("a handler that someone else traces is refused with the tracer's name") {
  NEEDS_PRIVILEGE();
  Handler handler("poll");
  Userfaultfd uffd = handler.uffd();
  REQUIRE(::ptrace(PTRACE_SEIZE, handler.handler(), nullptr, nullptr) == 0);
  Rig rig;
  rig.watch(1, handler, uffd);
  auto reply = rig.arm(1);
  CHECK(why(reply) == KeeperRefusal::traced);
  CHECK(reply->pid == ::getpid());
  REQUIRE(::ptrace(PTRACE_INTERRUPT, handler.handler(), nullptr, nullptr) == 0);
  ::waitpid(handler.handler(), nullptr, __WALL);
  REQUIRE(::ptrace(PTRACE_DETACH, handler.handler(), nullptr, nullptr) == 0);
  CHECK(rig.arm(1)->say == KeeperSay::armed);
  CHECK(rig.thaw(1));
  CHECK(handler.finish() == 0);
}

TEST_CASE("a handler whose process may not be traced is refused, not taken for dead") {
  NEEDS_PRIVILEGE();
  Handler handler("poll");
  Userfaultfd uffd = handler.uffd();
  pid_t child = ::fork();
  if (child == 0) {  // the keeper of somebody without rights over the target
    bool dropped = ::setresgid(65534, 65534, 65534) == 0 && ::setresuid(65534, 65534, 65534) == 0;
    if (!dropped || ::access(built("uffdscope-keeper").c_str(), X_OK) != 0) ::_exit(99);
    KeeperLink link;
    if (!link.start(built("uffdscope-keeper"))) ::_exit(98);
    link.journal().armed = 1;
    (void)link.say(KeeperSay::watch, 1, handler.pid(), 0, ino_of(uffd.fd()), uffd.fd());
    (void)link.say(KeeperSay::arm, 1);
    bool closed = false;
    std::optional<KeeperMessage> reply;
    for (int i = 0; i < 100 && !reply; i++, sleep_ms(20)) reply = link.hear(closed);
    ::_exit(static_cast<int>(why(reply)));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 99) {
    MESSAGE("skipped: the build folder is not open to other users");
  } else {
    CHECK(WEXITSTATUS(status) == static_cast<int>(KeeperRefusal::not_permitted));
  }
  CHECK(handler.finish() == 0);
}

TEST_CASE("io_uring readers are refused: they go on whoever is stopped") {
  NEEDS_PRIVILEGE();
  for (const char* mode : {"poll", "async"}) {
    SUBCASE(mode) {
      Handler handler({built("targets/handler_uring"), mode}, Handler::SaysUffds::yes);
      if (!handler.has_uffd()) {
        MESSAGE("skipped: io_uring is not to be had here");
        return;
      }
      Userfaultfd uffd = handler.uffd();
      Rig rig;
      rig.watch(1, handler, uffd);
      CHECK(why(rig.arm(1)) == KeeperRefusal::io_uring);
      CHECK(handler.finish() == 0);
    }
  }
}

TEST_CASE("a handler that is long at work is refused, and comes to no harm") {
  NEEDS_PRIVILEGE();
  Handler handler("epoll work=5000000 gap=1000");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  // Seen in its wait at first, or suspected for what it read; then asleep over one answer.
  rig.rest(700);
  auto reply = rig.arm(1);
  REQUIRE(reply.has_value());
  CHECK(reply->say != KeeperSay::armed);
  CHECK(tracer_of_thread(handler.handler()) == 0);
}

TEST_CASE("a handler that never waits, but asks again and again, is frozen between two reads") {
  NEEDS_PRIVILEGE();
  for (const char* arguments : {"nap", "nap gap=2000", "nap touchers=0"}) {
    SUBCASE(arguments) {
      CAPTURE(std::string(arguments));
      Handler handler(arguments);
      Userfaultfd uffd = handler.uffd();
      Rig rig;
      rig.watch(1, handler, uffd);
      for (int i = 0; i < 20; i++) {
        CHECK(rig.arm(1)->say == KeeperSay::armed);
        auto owed = read_some(uffd, true, 1000, 2);
        CHECK(rig.thaw(1));
        wake_pages(uffd, owed);
      }
      CHECK(handler.finish() == 0);
    }
  }
}

TEST_CASE("a handler under a seccomp filter that kills for an unknown call is frozen and lives") {
  NEEDS_PRIVILEGE();
  Handler handler("epoll seccomp=1 touchers=2");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  for (int i = 0; i < 100; i++) {
    CHECK(rig.arm(1)->say == KeeperSay::armed);
    auto owed = read_some(uffd, true, 500, 2);
    CHECK(rig.thaw(1));
    wake_pages(uffd, owed);
    ::usleep(500);
  }
  CHECK(handler.finish() == 0);
}

TEST_CASE("the threads that fault are never stopped") {
  NEEDS_PRIVILEGE();
  // Interrupted in its fault a thread would fault again: the same page would come twice.
  Handler handler("poll touchers=4 work=1000");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  for (int i = 0; i < 30; i++) {
    CHECK(rig.arm(1)->say == KeeperSay::armed);
    rig.rest(2);
    CHECK(rig.thaw(1));
    ::usleep(2000);
  }
  CHECK(handler.finish() == 0);
  std::string report = handler.report();
  CHECK_MESSAGE(report.find("benign 0 ") != std::string::npos, report);
}

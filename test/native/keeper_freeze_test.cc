// A handler is frozen and let go hundreds of times while faults flow, and must not notice.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "keeper_rig.h"

using namespace keeper_test;

namespace {

constexpr int kCycles = 200;

struct Latencies {
  std::vector<double> us;
  double at(double share) {
    if (us.empty()) return 0;
    std::ranges::sort(us);
    return us[static_cast<size_t>(share * static_cast<double>(us.size() - 1))];
  }
};

// Freeze, read beside the frozen handler, let go, hand back: as often as asked. Returns how often
// it was refused.
int freeze_and_thaw(Rig& rig, uint32_t monitor, const Userfaultfd& uffd, bool nonblocking,
                    int cycles, Latencies& stops, uint32_t threads = 1) {
  int refused = 0;
  for (int i = 0; i < cycles; i++) {
    auto reply = rig.arm(monitor);
    REQUIRE_MESSAGE(reply.has_value(),
                    "the keeper is " << std::string(rig.closed() ? "gone" : "silent"));
    std::vector<uint64_t> owed;
    if (reply->say == KeeperSay::armed) {
      CHECK(reply->count >= std::min(threads, 1u));
      stops.us.push_back(static_cast<double>(reply->value) / 1e3);
      owed = read_some(uffd, nonblocking, 1000, 3);
    } else {
      refused++;
      MESSAGE("refused: say " << static_cast<int>(reply->say) << " why " << reply->value
                              << " about " << reply->pid);
    }
    REQUIRE(rig.thaw(monitor));
    wake_pages(uffd, owed);
    ::usleep(1000);
  }
  return refused;
}

void check_way(const std::string& arguments, uint32_t threads = 1) {
  CAPTURE(arguments);
  Handler handler(arguments);
  Userfaultfd uffd = handler.uffd();
  bool nonblocking = arguments.substr(0, 5) != "read ";
  Rig rig;
  rig.watch(1, handler, uffd);
  Latencies stops;
  CHECK(freeze_and_thaw(rig, 1, uffd, nonblocking, kCycles, stops, threads) == 0);
  CHECK(handler.finish() == 0);
  MESSAGE(arguments << ": stop p50 " << stops.at(0.5) << " us, p99 " << stops.at(0.99) << " us; "
                    << handler.report());
}

}  // namespace

TEST_CASE("a handler that is frozen in its wait sees no EINTR, no EAGAIN and no wrong byte") {
  NEEDS_PRIVILEGE();
  for (const char* way : {"poll", "ppoll", "select", "pselect", "epoll", "epollet", "epollpwait",
                          "epollpwait2", "nested", "read"}) {
    SUBCASE(way) { check_way(std::string(way) + " touchers=2"); }
  }
}

TEST_CASE("a handler with little to do is frozen in a wait that lasts") {
  NEEDS_PRIVILEGE();
  for (const char* way : {"poll", "epoll", "read"}) {
    SUBCASE(way) { check_way(std::string(way) + " gap=3000"); }
  }
}

TEST_CASE("a slow handler is run on to its next wait, not stopped at work") {
  NEEDS_PRIVILEGE();
  SUBCASE("poll") { check_way("poll work=3000"); }
  SUBCASE("epoll") { check_way("epoll work=3000"); }
}

TEST_CASE("several handler threads are frozen together") {
  NEEDS_PRIVILEGE();
  SUBCASE("poll") { check_way("poll threads=4 touchers=4", 4); }
  SUBCASE("epoll") { check_way("epoll threads=4 touchers=4", 4); }
}

TEST_CASE("of a pool whose threads wait by turns, the one that waits is frozen") {
  NEEDS_PRIVILEGE();
  Handler handler("epoll threads=4 turns=1 gap=500");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  rig.rest(1500);  // by now most of them were seen to wait once
  for (int i = 0; i < 10; i++) {
    auto reply = rig.arm(1);
    REQUIRE(reply.has_value());
    CHECK(reply->say == KeeperSay::armed);
    uint64_t before = unread(uffd);
    rig.rest(30);
    CHECK(unread(uffd) >= before);  // nobody reads
    CHECK(rig.thaw(1));
    sleep_ms(5);
  }
  CHECK(handler.finish() == 0);
}

TEST_CASE("a busy handler among thousands of threads is frozen all the same") {
  NEEDS_PRIVILEGE();
  check_way("epoll touchers=2 idlers=2000");
}

TEST_CASE("a monitor that is no longer watched holds nobody") {
  NEEDS_PRIVILEGE();
  Handler handler("poll");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  CHECK(rig.arm(1)->say == KeeperSay::armed);
  rig.say(KeeperSay::unwatch, 1);
  rig.rest(50);
  CHECK(tracer_of_thread(handler.handler()) == 0);
  CHECK(handler.finish() == 0);
}

TEST_CASE("a handler in another process than the memory is found and frozen") {
  NEEDS_PRIVILEGE();
  check_way("epoll process=1 touchers=2");
}

TEST_CASE("one thread that reads two uffds is frozen once and let go by the last monitor") {
  NEEDS_PRIVILEGE();
  Handler handler("poll uffds=2 touchers=2");
  Userfaultfd first = handler.uffd(0), second = handler.uffd(1);
  Rig rig;
  rig.watch(1, handler, first);
  rig.watch(2, handler, second);
  for (int i = 0; i < 50; i++) {
    CHECK(rig.arm(1)->say == KeeperSay::armed);
    CHECK(rig.arm(2)->say == KeeperSay::armed);
    auto owed = read_some(first, true, 500, 2);
    CHECK(rig.thaw(1));
    CHECK(state_of(handler.handler()) == 't');
    auto more = read_some(second, true, 500, 2);
    CHECK(rig.thaw(2));
    CHECK(state_of(handler.handler()) != 't');
    wake_pages(first, owed);
    wake_pages(second, more);
  }
  CHECK(handler.finish() == 0);
}

TEST_CASE("a storm of signals reaches the handler, and nothing but the signals") {
  NEEDS_PRIVILEGE();
  for (const char* way : {"poll", "epoll", "epollpwait", "select"}) {
    SUBCASE(way) {
      Handler handler(std::string(way) + " touchers=2");
      Userfaultfd uffd = handler.uffd();
      Rig rig;
      rig.watch(1, handler, uffd);
      pid_t storm = ::fork();
      if (storm == 0) {
        while (::kill(handler.handler(), SIGUSR1) == 0) ::usleep(300);
        ::_exit(0);
      }
      Latencies stops;
      int refused = freeze_and_thaw(rig, 1, uffd, true, kCycles, stops);
      ::kill(storm, SIGKILL);
      CHECK(refused == 0);
      CHECK(handler.finish() == 0);  // EINTR at most once a signal
      MESSAGE(std::string(way) << " in the storm: " << handler.report());
    }
  }
}

TEST_CASE("a signal that came while the handler was frozen still wakes it when it is let go") {
  NEEDS_PRIVILEGE();
  // SIGTERM only sets a flag; the loop looks at it because the wait returns EINTR. No fault comes
  // to wake it otherwise.
  for (const char* way : {"poll", "epoll", "epollpwait2", "select", "read"}) {
    SUBCASE(way) {
      CAPTURE(std::string(way));
      Handler handler(std::string(way) + " touchers=0");
      Userfaultfd uffd = handler.uffd();
      Rig rig;
      rig.watch(1, handler, uffd);
      CHECK(rig.arm(1)->say == KeeperSay::armed);
      handler.send(SIGTERM);
      rig.rest(50);
      CHECK(rig.thaw(1));
      CHECK(handler.wait(2000) == 0);
    }
  }
}

TEST_CASE("a handler that was stopped while frozen stays stopped until it is continued") {
  NEEDS_PRIVILEGE();
  Handler handler("epoll touchers=2");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  CHECK(rig.arm(1)->say == KeeperSay::armed);
  handler.send(SIGSTOP);
  rig.rest(50);
  CHECK(rig.thaw(1));
  rig.rest(50);
  CHECK(state_of(handler.handler()) == 'T');
  // Frozen again where it is stopped, since it is inside its wait.
  CHECK(rig.arm(1)->say == KeeperSay::armed);
  CHECK(rig.thaw(1));
  rig.rest(50);
  CHECK(state_of(handler.handler()) == 'T');
  handler.send(SIGCONT);
  rig.rest(20);
  CHECK(handler.finish() == 0);
}

TEST_CASE("a frozen handler that is killed is reported at once") {
  NEEDS_PRIVILEGE();
  Handler handler("poll process=1");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  CHECK(rig.arm(1)->say == KeeperSay::armed);
  handler.send(SIGKILL);
  auto gone = rig.expect(KeeperSay::handler_gone);
  REQUIRE(gone.has_value());
  CHECK(gone->pid == handler.handler());
  CHECK(gone->count == 0);
  CHECK(rig.thaw(1));
  CHECK(rig.arm(1)->say == KeeperSay::no_handler);
}

TEST_CASE("a thread that comes to wait while armed is frozen too") {
  NEEDS_PRIVILEGE();
  Handler handler("poll threads=2 touchers=2 work=1000");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  CHECK(rig.arm(1)->say == KeeperSay::armed);
  rig.rest(300);
  CHECK(unread(uffd) > 0);  // nobody reads, for all the time
  CHECK(rig.arm(1)->count == 2);
  CHECK(rig.thaw(1));
  CHECK(handler.finish() == 0);
}

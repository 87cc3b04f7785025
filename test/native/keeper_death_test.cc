// uffdscope dies, is stopped or hangs while it holds a handler frozen and its messages in hand.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "engine/clock.h"
#include "keeper_rig.h"
#include "kernel/fdinfo.h"
#include "kernel/procfs.h"

using namespace keeper_test;

namespace {

// What the engine process tells us, by memory that both have.
struct Told {
  volatile pid_t keeper;
  volatile int owed;
  volatile int took_turn;
  volatile int64_t ready_at;
  volatile int ready;
};

// An engine in a process of its own: arms, takes messages into the journal, half of them in the
// landing area and half in slots, and then does `after`.
class EngineProcess {
 public:
  EngineProcess(const Handler& handler, const Userfaultfd& uffd, int messages,
                const std::function<void(Rig&, Told&)>& after) {
    told_ = static_cast<Told*>(
        ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    pid_ = ::fork();
    if (pid_ != 0) return;
    Rig rig;
    told_->keeper = rig.link.pid();
    rig.watch(1, handler, uffd);
    if (rig.arm(1)->say != KeeperSay::armed) ::_exit(97);
    Journal& journal = rig.link.journal();
    for (int64_t end = now_ns() + 2 * kSecond; told_->owed < messages && now_ns() < end;) {
      rig.beat();
      RawMessage& raw = journal.monitors[1].landing[0];
      if (!uffd.read(reinterpret_cast<abi::Message*>(&raw), 1, true)) continue;
      int n = told_->owed;
      if (n % 2 == 0) {
        journal.monitors[1].landing[1 + n / 2] = raw;
      } else {
        JournalSlot& slot = journal.slots[n];
        slot.page_shift = 12;
        slot.order = static_cast<uint64_t>(n);
        slot.message = raw;
        slot.monitor = 1;
        journal.slots_high = static_cast<uint64_t>(n) + 1;
      }
      raw.word[0] = 0;
      told_->owed = n + 1;
    }
    told_->ready_at = now_ns();
    told_->ready = 1;
    after(rig, *told_);
    ::_exit(0);
  }
  ~EngineProcess() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::munmap(told_, sizeof(Told));
  }
  bool wait_ready() const {
    for (int i = 0; i < 3000 && !told_->ready; i++) sleep_ms(10);
    return told_->ready != 0;
  }
  int exit_status(int within_ms = 30'000) {
    int status = -1;
    for (int i = 0; i < within_ms / 5; i++, sleep_ms(5))
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
    return -1;
  }
  pid_t pid() const { return pid_; }
  const Told& told() const { return *told_; }

 private:
  pid_t pid_ = -1;
  Told* told_ = nullptr;
};

void hang(Rig&, Told&) {
  for (;;) ::pause();
}

// Nobody holds on to a message: there comes a moment when every fault that was raised is answered.
bool all_answered(const Userfaultfd& uffd, int within_ms = 20'000) {
  for (int64_t end = now_ns() + within_ms * kMilli; now_ns() < end; ::usleep(200)) {
    auto text =
        read_proc_file(AT_FDCWD, ("/proc/self/fdinfo/" + std::to_string(uffd.fd())).c_str());
    auto info = text ? parse_uffd_fdinfo(*text) : std::nullopt;
    if (info && info->total == 0) return true;
  }
  return false;
}

bool gone(pid_t pid, int within_ms) {
  for (int i = 0; i < within_ms / 5; i++, sleep_ms(5)) {
    char state = state_of(pid);
    if (state == '\0' || state == 'Z' || state == 'X') return true;
  }
  return false;
}

}  // namespace

TEST_CASE("uffdscope is killed: the handler runs again and gets back what had been read") {
  NEEDS_PRIVILEGE();
  for (const char* way : {"poll", "select", "epoll", "epollet"}) {
    SUBCASE(way) {
      CAPTURE(std::string(way));
      Handler handler(std::string(way) + " touchers=6 gap=2000");
      Userfaultfd uffd = handler.uffd();
      EngineProcess engine(handler, uffd, 6, hang);
      REQUIRE(engine.wait_ready());
      CHECK(engine.told().owed == 6);
      CHECK(state_of(handler.handler()) == 't');
      ::kill(engine.pid(), SIGKILL);
      CHECK(gone(engine.told().keeper, 20'000));
      CHECK(tracer_of_thread(handler.handler()) == 0);
      CHECK(all_answered(uffd));
      CHECK(handler.finish() == 0);
    }
  }
}

TEST_CASE("uffdscope is stopped: the keeper takes its turn, and says so when it runs again") {
  NEEDS_PRIVILEGE();
  Handler handler("epoll touchers=6 gap=2000");
  Userfaultfd uffd = handler.uffd();
  EngineProcess engine(handler, uffd, 6, [](Rig& rig, Told& told) {
    auto turn = rig.expect(KeeperSay::took_turn, 20'000);
    told.took_turn = turn ? static_cast<int>(turn->count) : -1;
    bool right = rig.link.journal().turn == static_cast<uint32_t>(Turn::keeper);
    // All of it was forgotten: ours again, and the keeper freezes as before.
    rig.link.journal().turn = static_cast<uint32_t>(Turn::engine);
    right = right && rig.arm(1)->say == KeeperSay::armed && rig.thaw(1);
    ::_exit(right ? 0 : 96);
  });
  REQUIRE(engine.wait_ready());
  CHECK(engine.told().owed == 6);
  ::kill(engine.pid(), SIGSTOP);
  CHECK(all_answered(uffd));
  CHECK(tracer_of_thread(handler.handler()) == 0);
  sleep_ms(300);
  CHECK(engine.told().took_turn == 0);
  ::kill(engine.pid(), SIGCONT);
  CHECK(engine.exit_status() == 0);
  CHECK(engine.told().took_turn == 6);
  CHECK(handler.finish() == 0);
}

TEST_CASE("uffdscope hangs: after a second without a heartbeat its handler runs again") {
  NEEDS_PRIVILEGE();
  Handler handler("poll touchers=4 gap=2000");
  Userfaultfd uffd = handler.uffd();
  EngineProcess engine(handler, uffd, 4, [](Rig& rig, Told& told) {
    sleep_ms(4000);
    auto turn = rig.expect(KeeperSay::took_turn);
    told.took_turn = turn ? static_cast<int>(turn->count) : -1;
  });
  REQUIRE(engine.wait_ready());
  CHECK(all_answered(uffd));
  CHECK(now_ns() - engine.told().ready_at > 700 * kMilli);
  CHECK(engine.exit_status() == 0);
  CHECK(engine.told().took_turn == 4);
  CHECK(handler.finish() == 0);
}

TEST_CASE("the channel closes without a bye: everything is given back and the keeper ends") {
  NEEDS_PRIVILEGE();
  Handler handler("epoll touchers=4 gap=2000");
  Userfaultfd uffd = handler.uffd();
  EngineProcess engine(handler, uffd, 4, [](Rig& rig, Told&) {
    rig.link.drop();
    for (;;) ::pause();
  });
  REQUIRE(engine.wait_ready());
  CHECK(gone(engine.told().keeper, 20'000));
  CHECK(all_answered(uffd));
  ::kill(engine.pid(), SIGKILL);  // it has a copy of the handler's input
  CHECK(engine.exit_status() == 128 + SIGKILL);
  CHECK(handler.finish() == 0);
}

TEST_CASE("bye lets everyone go, wakes nobody and ends the keeper") {
  NEEDS_PRIVILEGE();
  Handler handler("poll gap=2000");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  CHECK(rig.arm(1)->say == KeeperSay::armed);
  rig.say(KeeperSay::bye);
  CHECK_FALSE(rig.expect(KeeperSay::thawed, 500).has_value());
  CHECK(rig.closed());
  CHECK(tracer_of_thread(handler.handler()) == 0);
  CHECK(rig.link.journal().handed_back == 0);
  CHECK(handler.finish() == 0);
}

TEST_CASE(
    "the keeper itself is killed while threads are frozen: they go on as if nothing had been") {
  NEEDS_PRIVILEGE();
  // The kernel lets a dead tracer's threads go. A wait that it would not restart was mended when it
  // was frozen, so nothing is left to be done.
  for (const char* way : {"poll", "select", "epoll", "epollpwait2", "read"}) {
    SUBCASE(way) {
      Handler handler(std::string(way) + " touchers=2 gap=100");
      Userfaultfd uffd = handler.uffd();
      for (int i = 0; i < 50; i++) {
        Rig rig;
        rig.watch(1, handler, uffd);
        REQUIRE(rig.arm(1)->say == KeeperSay::armed);
        auto owed = read_some(uffd, std::string(way) != "read", 300, 0);
        ::kill(rig.link.pid(), SIGKILL);
        REQUIRE(gone(rig.link.pid(), 20'000));
        wake_pages(uffd, owed);
        sleep_ms(2);
      }
      CHECK(handler.finish() == 0);
      MESSAGE(std::string(way) << ", 50 keepers killed: " << handler.report());
    }
  }
}

TEST_CASE("the keeper is killed at any moment of freezing and letting go") {
  NEEDS_PRIVILEGE();
  // Some 20 us remain in which an epoll_wait may see EINTR: between its entry-stop and the step
  // back. Wrong bytes and lost faults may never be.
  long eintr = 0;
  constexpr int kKills =
      1000;  // of 3 ms, in which a window of 20 us is hit 7 times, by luck never 20
  Handler handler("epoll touchers=2");
  Userfaultfd uffd = handler.uffd();
  for (int i = 0; i < kKills; i++) {
    Rig rig;
    rig.watch(1, handler, uffd);
    rig.link.journal().armed = 1;
    rig.say(KeeperSay::arm, 1);
    ::usleep(static_cast<useconds_t>(std::rand() % 3000));
    ::kill(rig.link.pid(), SIGKILL);
    REQUIRE(gone(rig.link.pid(), 20'000));
  }
  int status = handler.finish();
  CHECK((status == 0 || status == 10));
  std::string report = handler.report();
  sscanf(report.c_str(), "%*s %*s %*s %*d %*s %*d %*s %ld", &eintr);
  CHECK_MESSAGE(eintr <= kKills / 50, report);
  MESSAGE(kKills << " kills at random moments: " << report);
}

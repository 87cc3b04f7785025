// What the keeper costs, and what it does with a program made to torture userfaultfd.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "engine/clock.h"
#include "keeper_rig.h"
#include "kernel/pidfd.h"
#include "kernel/procfs.h"
#include "kernel/scan_fds.h"

using namespace keeper_test;

namespace {

// Nanoseconds of CPU that a single-threaded process has used.
int64_t cpu_ns(pid_t pid) {
  auto text = read_proc_file(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/schedstat").c_str());
  return text ? std::strtoll(text->c_str(), nullptr, 10) : 0;
}

double share_of_cpu(Rig& rig, int over_ms) {
  int64_t before = cpu_ns(rig.link.pid()), began = now_ns();
  rig.rest(over_ms);
  return static_cast<double>(cpu_ns(rig.link.pid()) - before) /
         static_cast<double>(now_ns() - began);
}

}  // namespace

#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("looking on costs next to nothing, however many threads there are") {
  NEEDS_PRIVILEGE();
  for (const char* arguments : {"poll gap=1000", "poll gap=1000 idlers=3000"}) {
    SUBCASE(arguments) {
      Handler handler(arguments);
      Userfaultfd uffd = handler.uffd();
      Rig rig;
      double unused = share_of_cpu(rig, 500);
      rig.watch(1, handler, uffd);
      rig.rest(1200);  // the first second is spent on getting to know the handler
      double watching = share_of_cpu(rig, 4000);
      REQUIRE(rig.arm(1)->say == KeeperSay::armed);
      double armed = share_of_cpu(rig, 2000);
      CHECK(rig.thaw(1));
      MESSAGE(std::string(arguments) << ": nothing watched " << unused * 100 << " %, watching "
                                     << watching * 100 << " %, armed " << armed * 100 << " %");
      CHECK(unused < 0.001);
      CHECK(watching < 0.005);
      CHECK(armed < 0.06);
      CHECK(handler.finish() == 0);
    }
  }
}

#endif

TEST_CASE("a handler is seen at first sight, and its end is reported") {
  NEEDS_PRIVILEGE();
  Handler handler("epoll process=1 gap=1000");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  auto seen = rig.expect(KeeperSay::handler_seen);
  REQUIRE(seen.has_value());
  CHECK(seen->pid == handler.handler());
  CHECK_FALSE(rig.expect(KeeperSay::handler_seen, 700).has_value());
  CHECK(tracer_of_thread(handler.handler()) == 0);
  handler.send(SIGKILL);
  auto gone = rig.expect(KeeperSay::handler_gone);
  REQUIRE(gone.has_value());
  CHECK(gone->pid == handler.handler());
}

TEST_CASE("stress-ng goes on through 200 freezes and ends well") {
  NEEDS_PRIVILEGE();
  if (::access("/usr/bin/stress-ng", X_OK) != 0) {
    MESSAGE("skipped: stress-ng is not installed");
    return;
  }
  Handler stress({"stress-ng", "--userfaultfd", "1", "--userfaultfd-bytes", "16m", "--timeout",
                  "600", "--oomable", "--verify", "--quiet"},
                 Handler::SaysUffds::no);
  // The stressor is a child; it makes its uffd anew now and then.
  auto find = [&]() -> std::optional<HeldUffd> {
    UniqueFd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    auto pids = numeric_entries(proc.get(), ".");
    for (int pid : *pids) {
      auto stat = read_stat(proc.get(), std::to_string(pid));
      if (!stat || stat->comm.find("stress-ng") != 0) continue;
      for (const HeldUffd& held : uffds_held_by(proc.get(), pid).held)
        if (held.info.initialized) return held;
    }
    return std::nullopt;
  };
  std::optional<HeldUffd> held;
  for (int i = 0; i < 3000 && !held; i++, sleep_ms(10)) held = find();
  REQUIRE(held.has_value());
  auto pidfd = pidfd_open(held->pid);
  REQUIRE(pidfd.has_value());
  auto fd = pidfd_getfd(pidfd->get(), held->fd);
  REQUIRE(fd.has_value());
  Userfaultfd uffd(std::move(*fd));
  Rig rig;
  JournalMonitor& entry = rig.link.journal().monitors[1];
  entry.page_shift = 12;
  entry.active = 1;
  REQUIRE(rig.link.say(KeeperSay::watch, 1, held->pid, 0, ino_of(uffd.fd()), uffd.fd()));
  int frozen = 0, refused = 0;
  size_t handed_back = 0;
  for (int i = 0; i < 200; i++) {
    auto reply = rig.arm(1);
    REQUIRE(reply.has_value());
    std::vector<uint64_t> owed;
    if (reply->say == KeeperSay::armed) {
      frozen++;
      owed = read_some(uffd, held->info.nonblocking(), 1000, 0);
    } else {
      refused++;
    }
    REQUIRE(rig.thaw(1));
    wake_pages(uffd, owed);
    handed_back += owed.size();
    ::usleep(2000);
  }
  ::kill(stress.pid(), SIGINT);
  int status = stress.wait(60000);
  MESSAGE("stress-ng: frozen " << frozen << ", refused " << refused << ", handed back "
                               << handed_back << ", status " << status);
  CHECK(frozen >= 195);
  CHECK(status == 0);
}

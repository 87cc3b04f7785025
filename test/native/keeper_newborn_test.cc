// A handler thread that begins while the others are frozen.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "keeper_rig.h"
#include "kernel/proc_events.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"
#include "support/eventually.h"

using namespace keeper_test;
using native_test::eventually;

namespace {

std::set<pid_t> threads(pid_t pid) {
  auto tids = threads_of(pid);
  return {tids.begin(), tids.end()};
}

// Bytes that a thread has read in all its life.
uint64_t bytes_read(pid_t pid, pid_t tid) {
  auto text = read_proc_file(proc_dir(), (task_path(pid, tid) + "/io").c_str());
  if (!text) return 0;
  std::string_view rest(*text);
  rest.remove_prefix(rest.find("rchar: ") + 7);
  return take_number(rest).value_or(0);
}

}  // namespace

TEST_CASE("a reader that begins beside frozen ones is frozen too, as a rule before it has read") {
  NEEDS_PRIVILEGE();
  bool tells = ProcEvents::open().has_value();
  constexpr int kRounds = 20, kMostRounds = 200;
  int read_first = 0, rounds = 0;
  Handler handler("epoll threads=2");
  Userfaultfd uffd = handler.uffd();
  Rig rig;
  rig.watch(1, handler, uffd);
  // Where births are told some are met in time: how many depends on how busy the machine is.
  while (rounds < kRounds || (tells && read_first == rounds && rounds < kMostRounds)) {
    rounds++;
    REQUIRE(rig.arm(1)->say == KeeperSay::armed);
    rig.rest(5);                                            // armed at once: now it listens
    REQUIRE(eventually([&] { return unread(uffd) > 0; }));  // it would find a message at once
    auto before = threads(handler.pid());
    handler.type('n');
    pid_t newborn = 0;
    REQUIRE(eventually([&] {
      rig.beat();
      for (pid_t tid : threads(handler.pid()))
        if (!before.contains(tid)) newborn = tid;
      return newborn != 0 && tracer_of_thread(newborn) != 0 && state_of(newborn) == 't' &&
             sleeps_in(handler.pid(), newborn).find("ptrace") != std::string::npos;
    }));
    read_first += bytes_read(handler.pid(), newborn) > 0;
    CHECK(rig.thaw(1));
  }
  if (tells) CHECK(read_first < rounds);
  MESSAGE(read_first << " of " << rounds << " read before they were frozen; births are "
                     << std::string(tells ? "told" : "not told"));
  CHECK(handler.finish() == 0);
}

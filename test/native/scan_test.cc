// The scan on the real kernel: this process makes userfaultfds, hands them on, hangs in them, and
// must be seen.
#include "kernel/scan.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <utility>

#include "kernel/uffd_wait.h"
#include "kernel/userfaultfd.h"

using namespace uffdscope;

namespace {

constexpr size_t kLength = 16 * 4096;

struct Registered {
  Userfaultfd uffd;
  char* memory = nullptr;
  Registered() = default;
  Registered(Registered&& other) noexcept
      : uffd(std::move(other.uffd)), memory(std::exchange(other.memory, nullptr)) {}
  ~Registered() {
    uffd = {};  // first: with EVENT_UNMAP the munmap would wait for a reader
    if (memory) munmap(memory, kLength);
  }
};

/// User-mode only, so that the test runs without privilege.
Registered make_uffd(uint64_t features = 0) {
  Registered made;
  auto uffd = Userfaultfd::open(Userfaultfd::Open::syscall, true, O_CLOEXEC | O_NONBLOCK);
  REQUIRE(uffd);
  made.uffd = std::move(*uffd);
  REQUIRE(made.uffd.api(features));
  made.memory = static_cast<char*>(
      mmap(nullptr, kLength, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(made.uffd.register_range(reinterpret_cast<uint64_t>(made.memory), kLength,
                                   abi::kModeMissing));
  return made;
}

std::vector<HeldUffd> held_by(const ScanResult& scan, int pid) {
  std::vector<HeldUffd> held;
  std::copy_if(scan.held.begin(), scan.held.end(), std::back_inserter(held),
               [&](auto& h) { return h.pid == pid; });
  return held;
}

/// The threads of this process only: other uffds may be busy on the machine.
template <class T>
std::vector<T> ours(const std::vector<T>& threads) {
  std::vector<T> own;
  std::copy_if(threads.begin(), threads.end(), std::back_inserter(own),
               [](auto& t) { return t.pid == getpid(); });
  return own;
}

const ScannedProcess* process(const ScanResult& scan, int pid) {
  auto it = std::find_if(scan.processes.begin(), scan.processes.end(),
                         [&](auto& p) { return p.stat.pid == pid; });
  return it == scan.processes.end() ? nullptr : &*it;
}

/// Scans until `done` holds; a thread needs a moment to fall asleep.
template <class Done>
ScanResult scan_until(Done done) {
  ScanResult scan;
  for (int i = 0; i < 200; i++) {
    scan = scan_machine({});
    if (done(scan)) break;
    usleep(10'000);
  }
  return scan;
}

}  // namespace

TEST_CASE("a userfaultfd is seen with its descriptor, features and range") {
  auto made = make_uffd(abi::kFeatThreadId);
  auto scan = scan_machine({});
  auto held = held_by(scan, getpid());
  REQUIRE(held.size() == 1);
  CHECK(held[0].fd == made.uffd.fd());
  CHECK(held[0].info.ino != 0);
  CHECK(held[0].info.features == abi::kFeatThreadId);
  CHECK(held[0].info.initialized);
  CHECK(held[0].info.nonblocking());
  auto* self = process(scan, getpid());
  REQUIRE(self);
  REQUIRE(self->ranges.size() == 1);
  CHECK(self->ranges[0].map.start == reinterpret_cast<uint64_t>(made.memory));
  CHECK(self->ranges[0].map.end == reinterpret_cast<uint64_t>(made.memory) + kLength);
  CHECK(self->ranges[0].modes == abi::kModeMissing);
  CHECK(self->ranges[0].page_size == 4096);
}

TEST_CASE("a thread that waits for an answer, and the thread that waits for its message") {
  auto made = make_uffd();
  int gate[2];
  REQUIRE(pipe(gate) == 0);
  std::thread reader([&] {
    pollfd both[2] = {{made.uffd.fd(), POLLRDBAND, 0}, {gate[0], POLLIN, 0}};
    poll(both, 2, -1);  // not POLLIN: it must not be taken for a reader of the uffd …
  });
  std::thread faulting([&] { *static_cast<volatile char*>(made.memory + 4096) = 1; });
  auto scan = scan_until([](auto& s) {
    auto held = held_by(s, getpid());
    return !ours(s.waiting).empty() && !held.empty() && held[0].steady;
  });
  auto waiting = ours(scan.waiting);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].pid == getpid());
  CHECK(waiting[0].tid != getpid());
  CHECK(waiting[0].wait == UffdWait::fault);
  CHECK(waiting[0].from_user == true);
  CHECK(held_by(scan, getpid())[0].info.pending == 1);
  CHECK(ours(scan.reading).empty());
  CHECK(process(scan, getpid())->free_threads >= 2);

  REQUIRE(made.uffd.zeropage(reinterpret_cast<uint64_t>(made.memory), kLength).complete());
  faulting.join();
  REQUIRE(write(gate[1], "x", 1) == 1);
  reader.join();

  std::thread true_reader([&] {  // … and this one must
    pollfd both[2] = {{made.uffd.fd(), POLLIN, 0}, {gate[0], POLLIN, 0}};
    char byte;
    (void)!read(gate[0], &byte, 1);
    poll(both, 2, -1);
  });
  scan = scan_until([](auto& s) { return !ours(s.reading).empty(); });
  auto reading = ours(scan.reading);
  REQUIRE(reading.size() == 1);
  CHECK(reading[0].fd == made.uffd.fd());
  REQUIRE(write(gate[1], "x", 1) == 1);
  true_reader.join();
  close(gate[0]);
  close(gate[1]);
}

TEST_CASE(
    "a forked child holds the same userfaultfd, and memory shared by clone(VM) is one memory") {
  auto made = make_uffd();
  pid_t forked = fork();
  if (forked == 0) {
    pause();
    _exit(0);
  }
  pid_t sharing = -1;
#ifndef __SANITIZE_THREAD__  // which takes every clone(2) for a fork and spoils the books it shares
  static char stack[64 * 1024];
  auto sleeper = [](void*) -> int {
    pause();
    return 0;
  };
  sharing = clone(sleeper, stack + sizeof stack, CLONE_VM | SIGCHLD, nullptr);
  REQUIRE(sharing > 0);
#endif
  auto scan = scan_machine({});
  auto mine = held_by(scan, getpid()), theirs = held_by(scan, forked);
  REQUIRE(mine.size() == 1);
  REQUIRE(theirs.size() == 1);
  CHECK(mine[0].info.ino == theirs[0].info.ino);
  CHECK(process(scan, forked)
            ->ranges.empty());  // without EVENT_FORK the child's copy is not registered
  if (sharing > 0) {
    REQUIRE(process(scan, sharing));
    CHECK(process(scan, sharing)->memory == std::min(getpid(), sharing));
  }
  for (pid_t child : {forked, sharing}) {
    if (child <= 0) continue;
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
}

TEST_CASE("a process whose first thread has exited is still seen") {
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  pid_t child = fork();
  if (child == 0) {
    auto uffd = Userfaultfd::open(Userfaultfd::Open::syscall, true, O_CLOEXEC);
    std::thread([&] {
      (void)!write(ready[1], "x", 1);
      pause();
    }).detach();
    syscall(SYS_exit, 0);  // the first thread only
  }
  char byte;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  auto scan = scan_until([&](auto& s) {
    auto stat = read_stat(AT_FDCWD, "/proc/" + std::to_string(child));
    return stat && stat->state == 'Z' && !held_by(s, child).empty();
  });
  REQUIRE(held_by(scan, child).size() == 1);
  CHECK(!held_by(scan, child)[0].info.initialized);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("userfaultfds that come and go during the scan never break it") {
  std::atomic<bool> stop{false};
  std::thread churn([&] {
    while (!stop) {
      auto uffd = Userfaultfd::open(Userfaultfd::Open::syscall, true, O_CLOEXEC);
      pid_t child = fork();
      if (child == 0) _exit(0);
      waitpid(child, nullptr, 0);
    }
  });
  for (int i = 0; i < 100; i++) {
    auto scan = scan_machine({});
    CHECK(scan.looked_at > 0);
    CHECK(held_by(scan, getpid()).size() <= 1);
  }
  stop = true;
  churn.join();
}

TEST_CASE("what a call waits on is read from its arguments") {
  pollfd fds[3] = {{5, POLLIN, 0}, {-1, POLLIN, 0}, {7, POLLOUT, 0}};
  std::vector<uint8_t> bytes(sizeof fds + 3);  // a torn tail
  std::memcpy(bytes.data(), fds, sizeof fds);
  CHECK(polled_fds(bytes) == std::vector<int>{5});
  fd_set set;
  FD_ZERO(&set);
  FD_SET(3, &set);
  FD_SET(64, &set);
  FD_SET(70, &set);
  CHECK(selected_fds({reinterpret_cast<uint8_t*>(&set), sizeof set}, 70) ==
        std::vector<int>{3, 64});
  ProcSyscall call;
  CHECK(wait_shape(call) == WaitShape::none);
  call.number = SYS_ppoll;
  CHECK(wait_shape(call) == WaitShape::pollfds);
  call.number = SYS_restart_syscall;
  CHECK(wait_shape(call) == WaitShape::pollfds);
  call.number = SYS_epoll_pwait;
  CHECK(wait_shape(call) == WaitShape::epoll);
  call.number = SYS_getpid;
  CHECK(wait_shape(call) == WaitShape::none);
}

TEST_CASE("a thread whose event nobody reads says which event, by the call it is in") {
  auto made = make_uffd(abi::kFeatEventUnmap);
  std::thread unmapping([&] { munmap(made.memory, 4096); });
  auto scan = scan_until([](auto& s) { return !ours(s.waiting).empty(); });
  auto waiting = ours(scan.waiting);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].wait == UffdWait::event);
  CHECK(waiting[0].event == EventKind::unmap);
  CHECK(waiting[0].from_user == false);
  CHECK(held_by(scan, getpid())[0].info.total == 0);  // events are in no count
  abi::Message message;
  REQUIRE(made.uffd.read(&message, 1, true) == 1);
  CHECK(message.event == abi::kEventUnmap);
  unmapping.join();
}

// The terminal after uffdscope was killed: as it was, and with a word about it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "keeper/terminal_modes.h"
#include "keeper_rig.h"

using namespace keeper_test;

namespace {

struct Pty {
  UniqueFd master, slave;
  Pty() {
    int m, s;
    REQUIRE(::openpty(&m, &s, nullptr, nullptr, nullptr) == 0);
    master.reset(m);
    slave.reset(s);
  }
  termios state() const {
    termios t{};
    ::tcgetattr(slave.get(), &t);
    return t;
  }
  std::string output(int within_ms) const {
    std::string text;
    pollfd p{master.get(), POLLIN, 0};
    char buffer[1024];
    while (::poll(&p, 1, within_ms) == 1) {
      ssize_t got = ::read(master.get(), buffer, sizeof buffer);
      if (got <= 0) break;
      text.append(buffer, static_cast<size_t>(got));
    }
    return text;
  }
};

// uffdscope in a process of its own: has its terminal kept, then does `after` and is killed.
// Returns when its keeper has ended; false: it did not within 3 s.
template <class After>
bool killed_after(Pty& pty, After after, bool close_window = false) {
  int said[2];
  REQUIRE(::pipe(said) == 0);
  pid_t child = ::fork();
  if (child == 0) {
    Rig rig;
    rig.say(KeeperSay::terminal, 0, 1, pty.slave.get());
    rig.rest(100);
    after(rig);
    pid_t keeper = rig.link.pid();
    (void)!::write(said[1], &keeper, sizeof keeper);
    ::raise(SIGKILL);
  }
  if (close_window) pty.master.reset();
  pid_t keeper = 0;
  REQUIRE(::read(said[0], &keeper, sizeof keeper) == sizeof keeper);
  ::waitpid(child, nullptr, 0);
  ::close(said[0]);
  ::close(said[1]);
  for (int i = 0; i < 600; i++, sleep_ms(5)) {
    char state = state_of(keeper);
    if (state == '\0' || state == 'Z' || state == 'X') return true;
  }
  ::kill(keeper, SIGKILL);
  return false;
}

void go_raw(const Pty& pty) {
  termios raw = pty.state();
  ::cfmakeraw(&raw);
  ::tcsetattr(pty.slave.get(), TCSANOW, &raw);
}

constexpr const char* kSaid = "uffdscope was killed; your terminal and the target are restored.";

}  // namespace

TEST_CASE("a terminal that uffdscope had taken over is given back when it is killed") {
  Pty pty;
  termios before = pty.state();
  CHECK(killed_after(pty, [&](Rig&) {
    go_raw(pty);
    (void)!::write(pty.slave.get(), "\x1b[?1049h\x1b[?25l", 14);
  }));
  std::string output = pty.output(100);
  for (const char* part : {"\x1b[?2026l", "\x1b[0m", "\x1b[?2004l", "\x1b[?1006l", "\x1b[?1000l",
                           "\x1b[?7h", "\x1b[?25h", "\x1b[?1049l", kSaid})
    CHECK(output.find(part) != std::string::npos);
  CHECK(output.find("\x1b[?1049l") < output.find(kSaid));
  CHECK(pty.state().c_lflag == before.c_lflag);
  CHECK(pty.state().c_iflag == before.c_iflag);
  CHECK(pty.state().c_oflag == before.c_oflag);
}

TEST_CASE(
    "modes are those of when we asked, though the terminal was raw before the keeper heard of it") {
  Pty pty;
  termios before = pty.state();
  CHECK(killed_after(pty, [&](Rig& rig) {
    auto modes = TerminalModes::of(pty.slave.get());
    go_raw(pty);
    rig.link.say(KeeperSay::terminal, modes.input, static_cast<int32_t>(modes.output), 1,
                 modes.control_and_local(), pty.slave.get());
    rig.rest(100);
  }));
  CHECK(pty.state().c_lflag == before.c_lflag);
  CHECK(pty.state().c_iflag == before.c_iflag);
  CHECK(pty.state().c_oflag == before.c_oflag);
  CHECK(pty.state().c_cflag == before.c_cflag);
  CHECK(pty.output(100).find("\x1b[?1049l") != std::string::npos);
}

TEST_CASE("a terminal that was not taken over yet, or was left again, is not written to") {
  SUBCASE("not yet") {
    Pty pty;
    CHECK(killed_after(pty, [](Rig&) {}));
    CHECK(pty.output(100) == "");
  }
  SUBCASE("left again") {
    Pty pty;
    termios before = pty.state();
    CHECK(killed_after(pty, [&](Rig& rig) {
      go_raw(pty);
      rig.rest(50);
      ::tcsetattr(pty.slave.get(), TCSANOW, &before);
      rig.say(KeeperSay::terminal, 0, 0);
      rig.rest(50);
    }));
    CHECK(pty.output(100) == "");
  }
}

TEST_CASE("a shell that puts the terminal back first does not keep us from leaving the screen") {
  Pty pty;
  termios before = pty.state();
  CHECK(killed_after(pty, [&](Rig& rig) {
    go_raw(pty);
    rig.rest(700);  // long enough to be noticed
    ::tcsetattr(pty.slave.get(), TCSANOW, &before);
  }));
  CHECK(pty.output(100).find("\x1b[?1049l") != std::string::npos);
}

TEST_CASE("a terminal that takes no output, or is gone, does not hold the keeper up") {
  SUBCASE("nobody reads it") {
    Pty pty;
    CHECK(killed_after(pty, [&](Rig&) {
      go_raw(pty);
      int flags = ::fcntl(pty.slave.get(), F_GETFL);
      ::fcntl(pty.slave.get(), F_SETFL, flags | O_NONBLOCK);
      char fill[512] = {};
      while (::write(pty.slave.get(), fill, sizeof fill) > 0) {
      }
      ::fcntl(pty.slave.get(), F_SETFL, flags);
    }));
  }
  SUBCASE("its window was closed") {
    Pty pty;
    auto close_ours = [&](Rig&) {
      go_raw(pty);
      pty.master.reset();
    };
    CHECK(killed_after(pty, close_ours, true));
  }
}

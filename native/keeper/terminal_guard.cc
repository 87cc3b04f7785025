#include "keeper/terminal_guard.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "engine/clock.h"

namespace uffdscope {
namespace {

constexpr int64_t kGiveUpAfter = 300 * kMilli;
// Synchronized output off, attributes, bracketed paste, the mouse modes, focus reports, autowrap
// on, cursor on, main screen.
constexpr std::string_view kLeave =
    "\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1004l"
    "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view kStopped =
    "uffdscope is stopped; what it held is given back. fg goes on.\r\n";
constexpr std::string_view kSaid =
    "uffdscope was killed; your terminal and the target are restored.\r\n";

bool differs(const termios& a, const termios& b) {
  return a.c_iflag != b.c_iflag || a.c_oflag != b.c_oflag || a.c_lflag != b.c_lflag;
}

void write_bounded(int fd, std::string_view text) {
  int64_t end = now_ns() + kGiveUpAfter;
  while (!text.empty()) {
    ssize_t done = ::write(fd, text.data(), text.size());
    if (done > 0) text.remove_prefix(static_cast<size_t>(done));
    if (done >= 0) continue;
    int64_t left = (end - now_ns()) / kMilli;
    if (errno != EAGAIN || left <= 0) return;
    pollfd ready{fd, POLLOUT, 0};
    ::poll(&ready, 1, static_cast<int>(left));
  }
}

}  // namespace

void TerminalGuard::save(UniqueFd tty, const TerminalModes& before) {
  forget();
  if (::tcgetattr(tty.get(), &saved_) != 0) return;
  before.put_into(saved_);
  // Opened anew: O_NONBLOCK belongs to the open file, which uffdscope and its shell share. And
  // never to become our controlling terminal, whose hangup would be sent to us.
  std::string path = "/proc/self/fd/" + std::to_string(tty.get());
  tty_.reset(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
}

void TerminalGuard::forget() {
  tty_.reset();
  taken_over_ = false;
}

void TerminalGuard::look() {
  termios current;
  if (tty_ && ::tcgetattr(tty_.get(), &current) == 0 && differs(current, saved_))
    taken_over_ = true;
}

void TerminalGuard::restore() {
  give_back(kSaid);
  forget();
}

void TerminalGuard::lend() { give_back(kStopped); }

void TerminalGuard::give_back(std::string_view said) {
  if (!tty_) return;
  look();
  // Not in the foreground any more, but not of its session either: no SIGTTOU (tty_check_change()).
  ::tcsetattr(tty_.get(), TCSANOW, &saved_);
  if (taken_over_) {
    write_bounded(tty_.get(), kLeave);
    write_bounded(tty_.get(), said);
  }
}

}  // namespace uffdscope

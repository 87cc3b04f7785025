// What a terminal's modes were at one instant, small enough for a message. Whoever takes a terminal
// over changes its modes at once; asked only when the message arrives they would be ours already.
#pragma once
#include <termios.h>

#include <cstdint>

#include "keeper/protocol.h"

namespace uffdscope {

struct TerminalModes {
  uint32_t input = 0, output = 0, control = 0, local = 0;

  /// All zero where it is no terminal, which no terminal's modes are.
  static TerminalModes of(int fd) {
    termios t{};
    if (::tcgetattr(fd, &t) != 0) return {};
    return {t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag};
  }
  static TerminalModes from(const KeeperMessage& m) {
    return {m.monitor, static_cast<uint32_t>(m.pid), static_cast<uint32_t>(m.ino),
            static_cast<uint32_t>(m.ino >> 32)};
  }
  uint64_t control_and_local() const { return control | uint64_t{local} << 32; }
  void put_into(termios& t) const {
    if ((input | output | control | local) == 0) return;  // not said: what it is now
    t.c_iflag = input;
    t.c_oflag = output;
    t.c_cflag = control;
    t.c_lflag = local;
  }
};

}  // namespace uffdscope

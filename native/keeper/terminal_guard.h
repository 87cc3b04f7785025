// The terminal that uffdscope draws on, put back when uffdscope is killed and can't do it itself.
#pragma once
#include <termios.h>

#include <string_view>

#include "keeper/terminal_modes.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

class TerminalGuard {
 public:
  /// Keep what to restore: its state, with the modes that it had when the parent asked. `tty` is
  /// what the parent sent; ignored unless it is a terminal.
  void save(UniqueFd tty, const TerminalModes& before);
  void forget();
  bool guarding() const { return bool(tty_); }
  /// Has its state been changed since? Remembered: a shell may put it back before we come to it.
  void look();
  /// Restore it; leave the alternate screen and say so if uffdscope had taken it over. Gives up
  /// after a moment on a terminal that takes no output, and says nothing to one that is gone.
  void restore();
  /// uffdscope is stopped and its shell has the terminal: the same, to be taken again when it goes
  /// on.
  void lend();

 private:
  void give_back(std::string_view said);
  UniqueFd tty_;
  termios saved_{};
  bool taken_over_ = false;
};

}  // namespace uffdscope

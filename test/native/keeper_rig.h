// What the keeper's tests share: a handler program to freeze, and the engine's side of the channel.
#pragma once
#include <sys/types.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/keeper_link.h"
#include "kernel/userfaultfd.h"

namespace keeper_test {

using namespace uffdscope;

/// Why the tests on real handlers can't run here; empty: they can.
std::string missing_privilege();
/// A program that was built beside this one.
std::string built(const std::string& name);
void sleep_ms(int ms);

/// handler_waits with these arguments, running.
class Handler {
 public:
  explicit Handler(const std::string& arguments);
  /// Any other program; `yes`: one whose first line names its uffds as handler_waits does.
  enum class SaysUffds { no, yes };
  Handler(const std::vector<std::string>& command, SaysUffds says);
  ~Handler();
  Handler(const Handler&) = delete;

  pid_t pid() const { return pid_; }          // the process whose memory is served
  pid_t handler() const { return handler_; }  // the process that answers
  bool has_uffd() const { return !uffds_.empty(); }
  /// Our copy of its uffd number `i`.
  Userfaultfd uffd(size_t i = 0) const;
  void send(int signal) const;
  void type(char byte) const;  // into its input
  /// Ends its input and waits. The exit status, 128 + signal, or -1 when it hangs.
  int finish(int within_ms = 30'000);
  /// Waits for it to end by itself.
  int wait(int within_ms);
  std::string report();  // what it printed last

 private:
  void start(const std::vector<std::string>& command);
  void read_uffds();
  std::string line(int within_ms);
  pid_t pid_ = -1, handler_ = -1;
  std::vector<int> uffds_;
  UniqueFd input_, output_;
  std::string text_;
};

/// fdinfo `ino` of our descriptor.
uint64_t ino_of(int fd);
/// 'S', 'R', 'T', 't', ... of a thread; 0: gone.
char state_of(pid_t tid);
pid_t tracer_of_thread(pid_t tid);
/// Ticks of user and system time that a process has used, 100 a second.
uint64_t cpu_ticks(pid_t pid);

/// The engine's side, without an engine: a keeper that was started, and its journal. The heart
/// beats while it listens or rests.
class Rig {
 public:
  Rig();
  KeeperLink link;

  void watch(uint32_t monitor, const Handler& target, const Userfaultfd& uffd);
  void say(KeeperSay what, uint32_t monitor = 0, uint64_t value = 0, int fd = -1);
  /// The next message of this kind; others that come first are kept for later calls.
  std::optional<KeeperMessage> expect(KeeperSay what, int within_ms = 20'000);
  /// The answer to `arm`.
  std::optional<KeeperMessage> arm(uint32_t monitor);
  bool thaw(uint32_t monitor);
  void rest(int ms);
  void beat();
  bool closed() const { return closed_; }

 private:
  std::optional<KeeperMessage> take(bool (*wanted)(KeeperSay, KeeperSay), KeeperSay what, int ms);
  std::deque<KeeperMessage> kept_;
  bool closed_ = false;
};

/// Takes part for a moment, as an engine would: reads what waits, answers one in `answer_every`
/// with right bytes (0: none), and returns the pages that are still owed.
std::vector<uint64_t> read_some(const Userfaultfd& uffd, bool nonblocking, int for_us,
                                int answer_every);
void wake_pages(const Userfaultfd& uffd, const std::vector<uint64_t>& pages);
uint64_t unread(const Userfaultfd& uffd);

}  // namespace keeper_test

// Skipped with a reason by hand; a failure where CI promises the privilege.
#define NEEDS_PRIVILEGE()                                                 \
  if (std::string why = keeper_test::missing_privilege(); !why.empty()) { \
    if (std::getenv("CI") != nullptr) FAIL(why);                          \
    MESSAGE("skipped: " << why);                                          \
    return;                                                               \
  }

// The keeper: one thread, one loop, over the engine's requests, the threads it traces and the life
// of its parent.
#pragma once
#include <vector>

#include "keeper/arming.h"
#include "keeper/channel.h"
#include "keeper/freezer.h"
#include "keeper/journal_view.h"
#include "keeper/lookout.h"
#include "keeper/newborns.h"
#include "keeper/parent_watch.h"
#include "keeper/terminal_guard.h"
#include "keeper/wards.h"

namespace uffdscope {

class Keeper {
 public:
  /// `child_signal`: a signalfd for SIGCHLD, which every ptrace stop sends.
  Keeper(Channel channel, JournalView journal, ParentWatch parent, UniqueFd child_signal);
  /// Until the engine says bye, or is gone and everything has been given back.
  void run();

 private:
  // keeper_requests.cc: what the engine asks for
  void hear();
  void on_message(Channel::Heard heard);
  void watch(const KeeperMessage& message, UniqueFd uffd);
  void keep(const KeeperMessage& message, UniqueFd uffd);
  void unwatch(uint32_t monitor);
  void arm(uint32_t monitor, bool forgotten);
  void thaw(uint32_t monitor);
  void step_armings(int64_t now);
  void answer_thaws(int64_t now);
  bool is_arming(uint32_t monitor) const;

  // keeper.cc: the loop, and what happens by itself
  void wait();
  int64_t due() const;
  void on_child_signal();
  void look(int64_t now);
  void on_sightings(const Lookout::Sightings& seen);
  void meet_newborns(int64_t now);
  void watch_parent(int64_t now);
  void take_turn(int64_t now);
  void give_back();
  void end_orphaned();
  void stay_for_wards();
  void settle(int64_t within);
  void pause(int64_t ns);

  struct Thaw {
    uint32_t monitor;
    uint32_t count;
    std::vector<pid_t> leaving;
    int64_t until;
  };

  Channel channel_;
  JournalView journal_;
  ParentWatch parent_;
  UniqueFd child_signal_;
  TerminalGuard terminal_;
  Lookout lookout_;
  Freezer freezer_;
  Newborns newborns_;
  Wards wards_;
  std::vector<Arming> armings_;
  std::vector<Thaw> thaws_;
  int64_t parent_due_ = 0;    // when to look at the parent and the terminal next
  int64_t sign_of_life_ = 0;  // of the engine, besides its heartbeat
  bool was_stopped_ = false;  // the parent, when we last looked
  int64_t took_turn_at_ = 0;  // 0: it has been told, or there is nothing to tell
  uint32_t took_pages_ = 0;
  bool bye_ = false;
};

}  // namespace uffdscope

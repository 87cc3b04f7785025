// The engine: one thread that takes part in uffds. Everything that touches a target happens on this
// thread, one thing after the other; other threads post work to it and read its rings.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/alarm.h"
#include "engine/clock.h"
#include "engine/event_log.h"
#include "engine/fault_table.h"
#include "engine/histogram.h"
#include "engine/keeper_link.h"
#include "engine/monitor.h"
#include "engine/policy.h"
#include "engine/recording/page_tap.h"
#include "engine/recording/replay.h"
#include "engine/resolver.h"
#include "engine/rules/rule_set.h"
#include "engine/scripts/script_port.h"
#include "engine/statistics.h"

namespace uffdscope {

/// What came of one request for one fault.
struct ActOutcome {
  uint64_t seq;
  bool ok;
  int err;              // errno where the kernel refused
  const char* message;  // literal
};
using ActDone = std::function<void(std::vector<ActOutcome>)>;

/// What an operator asks for a set of waiting faults. `answer` is the policy's own answer (edited
/// bytes first).
struct ActRequest {
  enum class What : uint8_t { answer, fixed, delay, script } what = What::answer;
  Action action = Action::none;    // fixed
  std::shared_ptr<Source> source;  // fixed copy: where from; else null
  int64_t delay_ns = 0;
  uint32_t script = 0;  // which one is asked
  By by = By::operator_;
  std::vector<uint64_t> seqs;
};

struct Released {
  uint64_t pages;
  /// Forked children that we alone could serve, and the process that stays behind for them.
  uint32_t children = 0;
  pid_t stays = 0;
  WardAnswer answer = {};
};

/// One writer, the engine thread: no locked instruction on a fault's way.
inline void bump(std::atomic<uint64_t>& counter, uint64_t by = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

/// Counters for any thread; relaxed, each right by itself.
struct Counters {
  std::atomic<uint64_t> faults{0}, resolved{0}, failed{0}, handed_back{0}, held{0}, delayed{0},
      scripted{0};
  /// Went without us and without being handed back: their memory, their thread, or another answer.
  std::atomic<uint64_t> ended{0};
  std::atomic<uint64_t> races{0}, eagain{0}, version{0}, ranges_version{0};
  std::array<std::atomic<uint64_t>, 16> by_action{};
  std::atomic<int64_t> oldest_held_at{0};
  std::atomic<uint8_t> stance{0}, handler{0}, notice{0}, refusal{0};
  std::atomic<int32_t> refused_by{0};
  std::atomic<bool> target_gone{false}, hold_on{false};
};

enum class Notice : uint8_t {
  none,
  handler_not_frozen,
  source_short,
  keeper_lost,
  owner_gone,
  target_gone,
  journal_full,
  no_handler,
  keeper_took_turn,
  owner_closed,
  handler_lives,
  no_huge_page,
  children_stay,
  no_messages_sigbus,
  no_messages_async,
};

class Engine {
 public:
  Engine(std::string keeper_path, Policy policy, size_t faults_log2, size_t log_log2);
  ~Engine();  // hands back, stops the thread
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Start keeper and thread.
  Result<void> start();
  /// Take the descriptor of a uffd; looks only. Before or after start().
  Result<uint32_t> add_monitor(UniqueFd uffd, pid_t target, uint64_t ino, uint64_t features,
                               bool nonblocking, std::vector<RangeInfo> ranges);

  // Posted to the engine thread; `done` is called there.
  void arm(std::function<void(HandlerState, KeeperRefusal, int32_t pid)> done);
  void set_hold(bool on, std::shared_ptr<FaultFilter> filter);
  /// Replaces all rules at once (null: none). What rules that are not in `live` any more have kept
  /// waiting is released.
  void set_rules(std::shared_ptr<RuleSet> rules, std::vector<uint32_t> live);
  /// Faults get what this says, before rules and default are asked (null: nothing).
  void set_replay(std::shared_ptr<recording::ReplayTable> table);
  /// The bytes of answers go there, too (null: nowhere).
  void tap_pages(std::shared_ptr<recording::PageTap> tap);
  /// All scripts, in the order they are asked. Those not in the list any more finish what they
  /// have; once they have nothing left, `parted` of theirs is set.
  void set_scripts(std::vector<std::shared_ptr<ScriptPort>> scripts);
  /// Something about scripts that a person should know: `index` of the text, which JavaScript has.
  void note_script(uint32_t script, uint64_t index);
  int journal_fd() const { return keeper_.journal_fd(); }
  /// Of the first monitor.
  int uffd_fd() const;
  void act(ActRequest request, ActDone done);
  void edit(uint64_t seq, std::vector<uint8_t> bytes);  // empty: revert
  /// Wake every thread that waits and is not held by us: what the handler has read and forgotten is
  /// raised again, and read by us where we are armed. A handler that was only slow answers twice.
  void redrive();
  /// Has the target ended or run another program? Told once, by the log.
  void look_for_end();
  void set_ranges(uint32_t monitor, std::vector<RangeInfo> ranges);
  /// fd: a terminal that the keeper restores if we die, to the modes it has at this call.
  void set_terminal(int fd, bool active);
  /// `pid` ended, or (closed) it lives and has closed its descriptor of the uffd.
  void note_owner_gone(pid_t pid, bool closed);
  /// What only the engine thread may read; `done` is called there.
  struct Busiest {
    std::vector<FaultTable::PageHits> pages;
    std::vector<Statistics::Thread> threads;
    uint64_t page_count = 0, thread_count = 0;
  };
  void busiest(size_t count, std::function<void(Busiest)> done);
  void change_policy(std::function<void(Policy&)> change);
  /// Hand everything back and let the handler run; stay and look (`leave` false), or end for good.
  void release(bool leave, std::function<void(Released)> done);

  // Any thread.
  FaultTable& faults() { return faults_; }
  EventLog& log() { return log_; }
  EventLog& events() { return events_; }
  const Counters& counters() const { return counters_; }
  const Histogram& latency() const { return latency_; }
  const Statistics& statistics() const { return statistics_; }
  std::vector<RangeInfo> ranges(uint32_t monitor, uint64_t& version) const;
  std::vector<FaultTable::Waiting> waiting() const;
  int64_t unread() const;            // of the first monitor, by fdinfo
  int64_t read_and_waiting() const;  // likewise: read by anybody, and still waiting
  pid_t keeper_pid() const { return keeper_.pid(); }
  /// The bytes that `answer` would give at this page of the first monitor, or an error.
  Result<void> preview(const FaultRecord& f, std::span<uint8_t> into) const;

 private:
  struct Work {  // something to be done to a waiting fault at a time
    int64_t due;
    uint64_t seq;
    ActRequest::What what;
    Action action;
    std::shared_ptr<Source> source;
    By by;
    uint32_t tries;
    uint32_t script = 0;
    bool operator>(const Work& o) const { return due > o.due; }
  };

  // engine.cc: the loop
  void post(std::function<void()> f);
  void run();
  void run_posted();
  int64_t next_wake(int64_t now) const;
  bool may_sleep();
  Monitor* monitor(uint32_t id);
  void poll_monitor(Monitor& m, bool on);
  void look_at_blocking(Monitor& m);
  void notice(Notice n);
  void tell_if_silent(const Monitor& m);
  void beat();
  /// Something rare: into the log and into the ring of events that a screen reads.
  void tell(const EventLog::Entry& e, int64_t t = now_ns()) {
    log_.add(e, t);
    events_.add(e, t);
  }
  void publish_stance();
  void publish_ranges();

  // engine_faults.cc: reading and answering
  void drain(Monitor& m);
  void on_message(Monitor& m, RawMessage& raw, int64_t read_at);
  void on_fault(Monitor& m, RawMessage& raw, int64_t read_at);
  void on_event(Monitor& m, const RawMessage& raw, int64_t read_at);
  struct Child {  // of a fork, to be taken part in
    UniqueFd uffd;
    pid_t parent;
    std::vector<RangeInfo> ranges;
  };
  // engine_forks.cc: which process a child is
  struct Fork {
    int uffd;          // the child's, in us
    pid_t parent;      // 0: a child that is not known itself
    uint32_t monitor;  // its parent's
    int64_t read_at;
    uint64_t since;  // ticks_now() then
    int64_t next_look;
    uint32_t fault_looks = 0;
    bool told = false;
    pid_t child = 0;
  };
  void await_child(const Monitor& parent, int uffd, int64_t now);
  Monitor* monitor_of(const Fork& fork);
  void tell_fork(Fork& fork, pid_t child);
  void find_child(Fork& fork, pid_t tid);
  void name_child(Monitor& m, pid_t tid);
  void look_for_children(int64_t now);
  void adopt_children(int64_t now);
  void keep_child(int uffd);
  void keep_children();
  bool adopt(Child& child);
  uint32_t vacant_monitor();
  Action chosen_answer(const Monitor& m, const FaultRecord& f,
                       std::shared_ptr<Source>& source) const;
  Result<std::span<uint8_t>> fill_answer(Source* source, const FaultRecord& f,
                                         const RangeInfo* range, uint64_t& from, uint64_t& to);
  Resolution answer(Monitor& m, FaultRecord& f, Action action, Source* source, uint64_t& from,
                    uint64_t& to, const Decision* shape = nullptr);
  void answer_now(Monitor& m, FaultRecord& f, const RawMessage& raw, Action action,
                  std::shared_ptr<Source> source, By by, std::shared_ptr<const Decision> shape);
  bool no_huge_page(Monitor& m, const FaultRecord& f);
  void note_race(const Monitor& m, const FaultRecord& f, const Resolution& r);
  void hold_failed(Monitor& m, FaultRecord& f, const RawMessage& raw, Action action, int err, By by,
                   std::shared_ptr<const Decision> shape);
  bool hold(Monitor& m, FaultRecord& f, const RawMessage& raw, bool decided);
  void finish(Monitor& m, FaultRecord& f, Action action, By by, const Resolution& r);
  void finish_waiting(Monitor& m, FaultTable::Waiting& w, Action action, By by,
                      const Resolution& r);
  void mark_gone(Monitor& m);

  // engine_replay.cc: what a recording says
  bool by_replay(Monitor& m, FaultRecord& f, const RawMessage& raw, const RangeInfo* range);

  // engine_rules.cc: what the rules decide
  bool by_rules(Monitor& m, FaultRecord& f, const RawMessage& raw, const RangeInfo* range);
  bool is_stale(Monitor& m, FaultRecord& f, const RawMessage& raw);
  uint32_t hit_of(Monitor& m, const FaultRecord& f);
  void carry_out(Monitor& m, FaultRecord& f, const RawMessage& raw,
                 std::shared_ptr<const Decision> decision);
  Action decided_answer(const Monitor& m, const FaultRecord& f, const Decision& d,
                        std::shared_ptr<Source>& source) const;
  void delay_until(FaultTable::Waiting& w, int64_t due, By by);
  void collect(FaultTable::Waiting& w);
  void answer_collected(uint32_t rule);
  void leave_asleep(Monitor& m, FaultTable::Waiting& w, Action placed);
  void keep_held(FaultTable::Waiting& w, By by = By::default_);

  // engine_scripts.cc: faults that scripts are asked about
  static constexpr uint64_t kTagScript = 1u << 16;  // of epoll: a script's bell, +1: its process
  bool by_scripts(Monitor& m, FaultRecord& f, const RawMessage& raw, const RangeInfo* range);
  bool ask_next(Monitor& m, FaultTable::Waiting& w);
  bool ask(Monitor& m, FaultTable::Waiting& w, ScriptPort& port);
  void by_default(FaultTable::Waiting& w);
  void ask_by_hand(Monitor& m, FaultTable::Waiting& w, uint32_t id);
  ScriptPort* script(uint32_t id);
  void hear_script(ScriptPort& port);
  void script_rang(uint64_t which);
  void hear_scripts();
  void hear_of_page(const Monitor& m, uint64_t page);
  void script_answered(ScriptPort& port, uint32_t place);
  void script_failed(ScriptPort& port);
  void look_at_scripts(int64_t now);
  void switch_off(ScriptPort& port, ScriptOff why);
  void end_question(FaultTable::Waiting& w);
  bool scripts_sleep();
  void poll_script(ScriptPort& port, bool on);

  // engine_acts.cc: what was asked of waiting faults
  void work_some(int64_t now);
  void do_work(Work w);
  void conclude(Monitor& m, FaultTable::Waiting& waiting, Work w, Action action,
                const Resolution& r, uint64_t from, uint64_t to);
  void settle_span(Monitor& m, uint64_t from, uint64_t to, const Resolution& r, Action action,
                   By by);
  void settle_gone(Monitor& m, FaultTable::Waiting& waiting, const Work& w, const Resolution& r);
  void settle(FaultTable::Waiting& w, State state, Action action, By by, int err,
              bool handed_back = false);
  void resolve_outcome(uint64_t seq, bool ok, int err, const char* message);
  void recount() { counts_stale_ = true; }
  void publish_counts();

  // engine_turns.cc: keeper, freezing, turns, leaving
  void hear_keeper();
  void on_keeper(const KeeperMessage& k);
  void keeper_died();
  void watch_keeper(int64_t now);
  void handler_seen(Monitor& m);
  bool waits_for_keeper() const;
  void request_arm(Monitor& m);
  void armed(Monitor& m, HandlerState h, uint64_t threads);
  void begin_turn(Monitor& m, TurnFor why);
  void check_turn(Monitor& m, int64_t now);
  void after_took_turn(uint64_t pages);
  bool wants_armed(const Monitor& m) const;
  bool lost_turn() const;
  void forget_waiting(By by);

  // engine_sweep.cc: faults that ended without us
  void supersede(const Monitor& m, const FaultRecord& f);
  void sweep_answered(int64_t now);
  bool is_answered(Monitor& m, const FaultRecord& f);
  void sweep_gone(int64_t now);
  void tell_end(const Monitor& m);
  void sweep_unmapped(int64_t now);
  void end_unmapped(const Monitor& m, uint64_t from, uint64_t to);
  void ended_elsewhere(FaultTable::Waiting& w, By by);
  void begin_release(bool leave, std::function<void(Released)> done);
  void release_some();
  void finish_release();
  /// Let what somebody else has read and not answered come again, to us.
  void wake_but_ours(Monitor& m);
  void settle_arm_waiters(HandlerState h, KeeperRefusal why, int32_t pid);

  uint32_t take_slot();
  void free_slot(uint32_t slot);

  std::string keeper_path_;
  KeeperLink keeper_;
  Policy policy_;
  mutable std::mutex shared_;  // ranges, waiting faults and source, where another thread reads them
  FaultTable faults_;
  EventLog log_;
  EventLog events_{12};
  Histogram latency_;
  Statistics statistics_;
  Counters counters_;
  std::vector<std::unique_ptr<Monitor>> monitors_;
  std::vector<Child> children_;  // not adopted yet
  int64_t next_adoption_ = 0;
  bool had_children_ = false;  // the keeper must know what they get
  std::vector<Fork> forks_;    // of children that live, or whose number is not told yet

  std::priority_queue<Work, std::vector<Work>, std::greater<>> work_;
  std::vector<Work> parked_;  // waits until we are armed again
  struct Pending {
    size_t left;
    std::vector<ActOutcome> outcomes;
    ActDone done;
  };
  std::unordered_multimap<uint64_t, std::shared_ptr<Pending>> requests_;  // by fault
  std::shared_ptr<RuleSet> rules_;                                        // null: none
  std::unordered_map<uint32_t, std::vector<uint64_t>>
      collected_;  // by rule: faults to be reordered
  std::unordered_map<uint64_t, std::shared_ptr<const Decision>>
      woken_first_;  // by page and monitor: `spurious`, answered when it faults again
  std::vector<std::shared_ptr<ScriptPort>> scripts_;   // in the order they are asked
  std::vector<std::shared_ptr<ScriptPort>> parting_;   // replaced, with faults to finish
  std::set<std::pair<int64_t, uint64_t>> script_due_;  // deadline, seq
  std::unordered_set<uint64_t> delayed_;
  std::unordered_map<uint64_t, uint64_t> waiting_of_thread_;  // monitor and tid -> seq
  int64_t next_sweep_ = 0, next_gone_look_ = 0, next_unmapped_look_ = 0;
  std::map<std::pair<uint32_t, uint64_t>, uint32_t>
      raced_;  // monitor and huge page: EEXIST so often
  bool counts_stale_ = false;
  int64_t keeper_look_ = 0;          // when to look at the keeper next
  int64_t keeper_silent_since_ = 0;  // stopped, or owing us a reply; 0: all is well
  std::vector<std::function<void(HandlerState, KeeperRefusal, int32_t)>> arm_waiters_;
  std::vector<uint32_t> free_slots_;
  bool journal_full_ = false;
  uint64_t slot_order_ = 0;
  std::vector<uint8_t> buffer_;  // bytes of the answer being made
  std::shared_ptr<recording::PageTap> page_tap_;
  std::shared_ptr<recording::ReplayTable> replay_;

  bool releasing_ = false, leaving_ = false, waiting_for_turn_ = false;
  uint64_t released_ = 0, release_below_ = 0;  // faults from this one on are not given back
  std::vector<std::function<void(Released)>> release_waiters_;

  UniqueFd epoll_, wake_;
  Alarm alarm_;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  bool ended_ = false;  // guarded by posted_mutex_
  std::thread thread_;
  bool quit_ = false;
  bool terminal_known_ = false;
};

}  // namespace uffdscope

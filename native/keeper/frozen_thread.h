// One thread that the keeper traces, from the first PTRACE_SEIZE to the last PTRACE_DETACH.
//
// It is held only where nothing of its work is under way: inside its wait for messages, or just
// before the call that begins it. And it is held so that losing its tracer at any instant harms
// nothing: a call that our stop broke is mended at once, not when the thread is let go.
#pragma once
#include <sys/types.h>

#include <bitset>
#include <cstdint>
#include <functional>

#include "engine/journal.h"
#include "keeper/protocol.h"
#include "kernel/regs.h"

namespace uffdscope {

using MonitorSet = std::bitset<kMaxMonitors + 1>;  // bit = monitor id

class FrozenThread {
 public:
  enum class Stage {
    stopping,       // asked to stop, wherever it is
    running_on,     // found at work: goes on from call to call up to the entry of its next wait
    stepping_back,  // was at that entry: on its way out, to be held just before the call
    frozen,         // held
    leaving,        // to be let go at its next stop
  };
  /// What a call of this thread means for the uffds of the monitors that want it held.
  enum class Meaning {
    other,
    wait,  // for messages
    read,  // of messages, on a non-blocking uffd
  };
  using Judge = std::function<Meaning(const FrozenThread&, const SystemCall&)>;

  FrozenThread(pid_t pid, pid_t tid, const SystemCall& seen) : pid_(pid), tid_(tid), call_(seen) {}

  /// none: a stop will be reported. Else the thread is as it was.
  KeeperRefusal seize(int64_t now, bool& gone);
  /// A stop that waitpid(2) reported. True when the thread has been let go for good.
  bool on_stop(int status, int64_t now, const Judge& judge);
  /// What its time is up for. True as above.
  void on_time(int64_t now);
  int64_t due() const { return due_; }
  /// Let it go: at once (true) or at its next stop.
  bool let_go();

  MonitorSet wanted_by;
  pid_t pid() const { return pid_; }
  pid_t tid() const { return tid_; }
  bool frozen() const { return stage_ == Stage::frozen; }
  bool leaving() const { return stage_ == Stage::leaving; }
  bool failed() const { return failed_; }  // leaving because it did not come to its wait in time
  const SystemCall& call() const { return call_; }
  int64_t stop_ns() const { return stop_ns_; }  // from asking to holding

 private:
  bool on_trap(int64_t now, const Judge& judge, bool group_stop);
  bool on_call(int64_t now, const Judge& judge);
  void hold(int64_t now);
  void pose();
  void hold_before_call(int64_t now);
  void interrupt();
  void resume(int request, int signal);
  bool detach(int signal);
  void unsuspend_seccomp();
  StoppedCall mend();

  pid_t pid_, tid_;
  SystemCall call_;                  // the wait it was seen in, later the one it is held in
  Meaning meaning_ = Meaning::wait;  // of the call it is held in
  Stage stage_ = Stage::stopping;
  bool stopped_ = false;
  int has_read_ = -1;      // the uffd it has read from, by its descriptor, with no wait since
  bool at_entry_ = false;  // held in a syscall-entry-stop, since a filter forbids better
  bool seccomp_suspended_ = false;  // for the few instructions of stepping back
  bool failed_ = false;
  int64_t begun_ = 0, due_ = 0, stop_ns_ = 0;
};

}  // namespace uffdscope

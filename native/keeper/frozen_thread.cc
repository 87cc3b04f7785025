#include "keeper/frozen_thread.h"

#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <limits>
#include <utility>

#include "engine/clock.h"
#include "keeper/trace.h"
#include "keeper/waits.h"
#include "kernel/proc_threads.h"

namespace uffdscope {
namespace {

constexpr int64_t kStopWithin = 100 * kMilli;
constexpr int64_t kAskAgain = 5 * kMilli;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

bool is_group_stop(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

}  // namespace

KeeperRefusal FrozenThread::seize(int64_t now, bool& gone) {
  if (trace(PTRACE_SEIZE, tid_, kTraceOptions) != 0) {
    gone = errno == ESRCH;
    if (gone) return KeeperRefusal::none;
    return tracer_of(pid_, tid_) != 0 ? KeeperRefusal::traced : KeeperRefusal::not_permitted;
  }
  begun_ = now;
  due_ = now + kStopWithin;
  interrupt();
  return KeeperRefusal::none;
}

void FrozenThread::interrupt() { trace(PTRACE_INTERRUPT, tid_, 0); }

void FrozenThread::resume(int request, int signal) {
  // ESRCH here means that SIGKILL was quicker; waitpid(2) will tell.
  if (trace(request, tid_, signal) == 0) stopped_ = false;
}

bool FrozenThread::detach(int signal) {
  stage_ = Stage::leaving;
  due_ = kNever;
  return trace(PTRACE_DETACH, tid_, signal) == 0;
}

// At every stop but those of PTRACE_SYSCALL, before the thread goes on: whatever stopped it may
// have broken a call that the kernel won't run again. An ignored signal does so too, which reaches
// a traced thread though it would not have woken a free one (sig_ignored()).
StoppedCall FrozenThread::mend() {
  auto regs = read_regs(tid_);
  if (!regs) return {CallStands::returned, {}};
  StoppedCall stopped = stopped_call(tid_, *regs, call_);
  if (stopped.stands == CallStands::broken && may_run_again(stopped.call.number)) {
    mend_broken_call(*regs, stopped);
    if (!write_regs(tid_, *regs)) return {CallStands::returned, {}};
  }
  return stopped;
}

bool FrozenThread::on_stop(int status, int64_t now, const Judge& judge) {
  stopped_ = true;
  int signal = WSTOPSIG(status), event = status >> 16;
  bool call_stop = signal == (SIGTRAP | 0x80);
  bool signal_stop = !call_stop && event == 0;
  unsuspend_seccomp();
  if (stage_ == Stage::frozen) return false;
  if (stage_ == Stage::leaving) {
    if (call_stop) return let_go();
    mend();
    return detach(signal_stop ? signal : 0);
  }
  if (call_stop) return on_call(now, judge);
  if (!signal_stop) return on_trap(now, judge, event == PTRACE_EVENT_STOP && is_group_stop(signal));
  mend();
  if (stage_ == Stage::running_on) {
    resume(PTRACE_SYSCALL, signal);
    return false;
  }
  // Any stop uses up a pending INTERRUPT (ptrace_stop() clears JOBCTL_TRAP_STOP): ask again. Once
  // the signal's handler is set up the thread is no longer where it was.
  stage_ = Stage::stopping;
  interrupt();
  resume(PTRACE_CONT, signal);
  return false;
}

void FrozenThread::on_time(int64_t now) {
  if (now < due_) return;
  if (stage_ != Stage::leaving) failed_ = true;
  let_go();
}

bool FrozenThread::let_go() {
  bool was_at_entry = std::exchange(at_entry_, false);
  bool held = stage_ == Stage::frozen;
  stage_ = Stage::leaving;
  due_ = kNever;
  if (held && stopped_ && !was_at_entry) return detach(0);
  // A handler that runs may by now wait in a fault of its own, in which it must not be interrupted.
  if (!stopped_ && waits_in_userfault(pid_, tid_)) {
    due_ = now_ns() + kAskAgain;
    return false;
  }
  // Whatever ends a syscall-entry-stop interrupts the call: stop the thread once more behind it,
  // where a broken call can be mended. A running thread is let go at the same stop.
  interrupt();
  if (stopped_) resume(PTRACE_CONT, 0);
  return false;
}

}  // namespace uffdscope

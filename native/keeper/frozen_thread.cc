#include "keeper/frozen_thread.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <limits>
#include <utility>

#include "engine/clock.h"
#include "keeper/waits.h"
#include "kernel/proc_threads.h"

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif
#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

namespace uffdscope {
namespace {

constexpr int64_t kStopWithin = 100 * kMilli;
constexpr int64_t kRunOnWithin = 100 * kMilli;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
// Never PTRACE_O_EXITKILL: the keeper's death must not be the target's.
constexpr long kOptions = PTRACE_O_TRACESYSGOOD;

bool is_group_stop(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

// Calls between two reads that tell a handler nothing of a further message.
bool belongs_to_answer(long number) {
  return number == SYS_ioctl || number == SYS_pread64 || number == SYS_preadv ||
         number == SYS_madvise || number == SYS_nanosleep || number == SYS_clock_nanosleep ||
         number == SYS_restart_syscall || number == SYS_sched_yield;
}

long trace(int request, pid_t tid, long data) {
  return ::ptrace(static_cast<__ptrace_request>(request), tid, nullptr,
                  reinterpret_cast<void*>(data));
}

}  // namespace

KeeperRefusal FrozenThread::seize(int64_t now, bool& gone) {
  if (trace(PTRACE_SEIZE, tid_, kOptions) != 0) {
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

void FrozenThread::fail() {
  failed_ = true;
  let_go();
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

bool FrozenThread::on_trap(int64_t now, const Judge& judge, bool group_stop) {
  if (stage_ == Stage::stepping_back) {
    pose();
    hold(now);
    return false;
  }
  if (stage_ == Stage::running_on && !group_stop) {
    mend();
    resume(PTRACE_SYSCALL, 0);
    return false;
  }
  StoppedCall stopped = mend();
  bool undone = stopped.stands == CallStands::restarts || stopped.stands == CallStands::broken;
  if (undone && judge(*this, stopped.call) == Meaning::wait) {
    call_ = stopped.call;
    pose();
    hold(now);
    return false;
  }
  if (group_stop) {  // a stopped process does not come to its wait; and LISTEN would not hold it
    failed_ = true;
    return detach(0);
  }
  stage_ = Stage::running_on;
  due_ = now + kRunOnWithin;
  resume(PTRACE_SYSCALL, 0);
  return false;
}

bool FrozenThread::on_call(int64_t now, const Judge& judge) {
  auto stop = call_stop(tid_);
  if (stage_ != Stage::running_on || !stop) {
    resume(PTRACE_SYSCALL, 0);
    return false;
  }
  if (!stop->at_entry) {
    resume(PTRACE_SYSCALL, 0);
    return false;
  }
  Meaning meaning = judge(*this, stop->call);
  int fd = static_cast<int>(stop->call.args[0]);
  // A second read without a wait between them was announced by nothing: this handler reads until
  // EAGAIN, or never waits at all. Under load it might not come to a wait for a long time.
  if (meaning == Meaning::wait || (meaning == Meaning::read && fd == has_read_)) {
    call_ = stop->call;
    meaning_ = meaning;
    hold_before_call(now);
    return false;
  }
  if (meaning == Meaning::read)
    has_read_ = fd;
  else if (!belongs_to_answer(stop->call.number))
    has_read_ = -1;  // something else may have told it of a message
  resume(PTRACE_SYSCALL, 0);
  return false;
}

void FrozenThread::hold_before_call(int64_t now) {
  // A skipped call shows to the thread's seccomp filter as number -1, which a strict one answers
  // with SIGKILL. Where the filter can't be put aside, the thread is held at the entry itself, and
  // an epoll_wait there sees EINTR if the keeper is killed meanwhile.
  bool filtered = has_seccomp(pid_, tid_);
  seccomp_suspended_ =
      filtered && trace(PTRACE_SETOPTIONS, tid_, kOptions | PTRACE_O_SUSPEND_SECCOMP) == 0;
  if (filtered == seccomp_suspended_ && step_back_before_call(tid_)) {
    stage_ = Stage::stepping_back;
    interrupt();
    resume(PTRACE_CONT, 0);
    return;
  }
  unsuspend_seccomp();
  at_entry_ = true;
  hold(now);
}

void FrozenThread::unsuspend_seccomp() {
  if (std::exchange(seccomp_suspended_, false)) trace(PTRACE_SETOPTIONS, tid_, kOptions);
}

// Not for a read held as such: that would not have slept.
void FrozenThread::pose() {
  if (meaning_ == Meaning::read) return;
  auto regs = read_regs(tid_);
  if (!regs) return;
  pose_as_interrupted(tid_, *regs, is_read_call(call_.number));
  (void)write_regs(tid_, *regs);
}

void FrozenThread::hold(int64_t now) {
  stage_ = Stage::frozen;
  due_ = kNever;
  stop_ns_ = now - begun_;
}

void FrozenThread::on_time(int64_t now) {
  if (now < due_) return;
  due_ = kNever;
  fail();
}

bool FrozenThread::let_go() {
  bool was_at_entry = at_entry_;
  bool held = stage_ == Stage::frozen;
  stage_ = Stage::leaving;
  due_ = kNever;
  at_entry_ = false;
  if (held && stopped_ && !was_at_entry) return detach(0);
  // Whatever ends a syscall-entry-stop interrupts the call: stop the thread once more behind it,
  // where a broken call can be mended. A running thread is let go at the same stop.
  interrupt();
  if (stopped_) resume(PTRACE_CONT, 0);
  return false;
}

}  // namespace uffdscope

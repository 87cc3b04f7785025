// Where a traced thread is held, and how it gets there.
#include <sys/syscall.h>

#include <limits>
#include <utility>

#include "engine/clock.h"
#include "keeper/frozen_thread.h"
#include "keeper/trace.h"
#include "keeper/waits.h"
#include "kernel/proc_threads.h"

namespace uffdscope {
namespace {

constexpr int64_t kRunOnWithin = 100 * kMilli;

// Calls between two reads that tell a handler nothing of a further message.
bool belongs_to_answer(long number) {
  return number == SYS_ioctl || number == SYS_pread64 || number == SYS_preadv ||
         number == SYS_madvise || number == SYS_nanosleep || number == SYS_clock_nanosleep ||
         number == SYS_restart_syscall || number == SYS_sched_yield;
}

}  // namespace

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
    meaning_ = Meaning::wait;
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
  if (stage_ != Stage::running_on || !stop || !stop->at_entry) {
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
      filtered && trace(PTRACE_SETOPTIONS, tid_, kTraceOptions | PTRACE_O_SUSPEND_SECCOMP) == 0;
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
  if (std::exchange(seccomp_suspended_, false)) trace(PTRACE_SETOPTIONS, tid_, kTraceOptions);
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
  due_ = std::numeric_limits<int64_t>::max();
  stop_ns_ = now - begun_;
}

}  // namespace uffdscope

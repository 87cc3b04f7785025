#if defined(__x86_64__)
#include <sys/ptrace.h>

#include <cerrno>

#include "kernel/regs.h"

namespace uffdscope {
namespace {

// include/linux/errno.h: these never reach user space, only a tracer sees them.
constexpr long kRestartSys = -512;           // run again, unless a handler without SA_RESTART runs
constexpr long kRestartNoHandler = -514;     // run again, unless any handler runs: then -EINTR
constexpr long kRestartBlock = -516;         // run again by restart_syscall(2), with the time left
constexpr unsigned long kUserCode64 = 0x33;  // __USER_CS; 0x23 is 32-bit code
constexpr unsigned kCallLength = 2;          // `syscall`: 0f 05

bool is_call_instruction(pid_t tid, uint64_t address) {
  errno = 0;
  long word = ::ptrace(PTRACE_PEEKTEXT, tid, reinterpret_cast<void*>(address), nullptr);
  return errno == 0 && (word & 0xffff) == 0x050f;
}

}  // namespace

StoppedCall stopped_call(pid_t tid, const UserRegs& regs, const SystemCall&) {
  // A 32-bit thread counts its calls by another table: claim nothing of it.
  if (regs.cs != kUserCode64) return {CallStands::returned, {}};
  long number = static_cast<long>(regs.orig_rax);
  bool about_to_call = number < 0 && is_call_instruction(tid, regs.rip);
  if (number < 0 && !about_to_call) return {};
  if (about_to_call) number = static_cast<long>(regs.rax);
  SystemCall call{number, {regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9}};
  if (about_to_call) return {CallStands::restarts, call};
  switch (static_cast<long>(regs.rax)) {
    case kRestartSys:
    case kRestartNoHandler:
    case kRestartBlock:
      return {CallStands::restarts, call};
    case -EINTR:
      return {CallStands::broken, call};
    default:
      return {CallStands::returned, call};
  }
}

// arch_do_signal_or_restart() looks at rax after the stop, so that the kernel itself decides
// between running the call again and the -EINTR that a handler is owed. Rewinding rip ourselves
// would lose the -EINTR of a signal that came while the thread was frozen, and with it, in many
// programs, the wake-up that the signal was sent for.
void mend_broken_call(UserRegs& regs, const StoppedCall& stopped) {
  if (stopped.stands == CallStands::broken)
    regs.rax = static_cast<unsigned long>(kRestartNoHandler);
}

void pose_as_interrupted(pid_t tid, UserRegs& regs, bool sa_restart) {
  if (static_cast<long>(regs.orig_rax) >= 0 || !is_call_instruction(tid, regs.rip)) return;
  regs.orig_rax = regs.rax;
  regs.rax = static_cast<unsigned long>(sa_restart ? kRestartSys : kRestartNoHandler);
  regs.rip += kCallLength;
}

Result<void> step_back_before_call(pid_t tid) {
  auto regs = read_regs(tid);
  if (!regs) return std::unexpected(regs.error());
  regs->rax = regs->orig_rax;
  regs->rip -= kCallLength;
  regs->orig_rax = static_cast<unsigned long>(-1);  // do_syscall_64() runs nothing and keeps rax
  return write_regs(tid, *regs);
}

}  // namespace uffdscope
#endif

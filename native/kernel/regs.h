// The registers of a thread that we have stopped, as far as freezing needs them: which system call
// it was in, how that call stood, and how to make it run again. One interface, one file an
// architecture (arch_x86_64.cc, arch_arm64.cc).
#pragma once
#include <sys/types.h>
#include <sys/user.h>

#include <array>
#include <cstdint>

#include "kernel/result.h"

namespace uffdscope {

using UserRegs = ::user_regs_struct;  // NT_PRSTATUS, the kernel's own layout

/// ESRCH: the thread is gone, or is not stopped for us.
Result<UserRegs> read_regs(pid_t tid);
Result<void> write_regs(pid_t tid, const UserRegs& regs);

struct SystemCall {
  long number = -1;  // -1: none
  std::array<uint64_t, 6> args{};
  bool operator==(const SystemCall&) const = default;
};

/// How a call stands when its thread is stopped on the way back to user mode, inside get_signal():
/// PTRACE_EVENT_STOP or a signal-delivery-stop.
enum class CallStands {
  none,      // stopped in user mode: no call
  restarts,  // interrupted, and run again unless a handler runs first; or just about to be made
  broken,    // returned -EINTR; the kernel does not run it again
  returned,  // done
};
struct StoppedCall {
  CallStands stands = CallStands::none;
  SystemCall call;
};
/// `seen` is the call the thread was last seen in: arm64 has overwritten the first argument by now.
StoppedCall stopped_call(pid_t tid, const UserRegs& regs, const SystemCall& seen);

/// Makes a broken call run again when the thread goes on, as if our stop had never been. Where a
/// signal handler runs first, x86-64 still gives the program the -EINTR that is its due (the kernel
/// decides, in handle_signal()); arm64 can't be asked to and runs the call again.
void mend_broken_call(UserRegs& regs, const StoppedCall& stopped);

/// A thread stopped just before a call that waits (step_back_before_call, or by chance): lets it
/// stand as if the call had begun and been interrupted, so that a signal which comes while it is
/// held still ends the wait, as it would have. `sa_restart`: of a kind that handlers with
/// SA_RESTART don't end. Does nothing where the thread stands elsewhere, and on arm64, where the
/// kernel has decided by now.
void pose_as_interrupted(pid_t tid, UserRegs& regs, bool sa_restart);

/// At a syscall-entry-stop: puts the thread back before its call instruction and lets the kernel
/// skip the call. From then on it may be let go, or lose its tracer, at any moment: it just makes
/// the call. Without this, whatever ends an entry stop also interrupts the call that begins.
Result<void> step_back_before_call(pid_t tid);

/// A stop of PTRACE_SYSCALL (PTRACE_GET_SYSCALL_INFO, 5.3).
struct CallStop {
  bool at_entry = false;
  SystemCall call;     // at entry: what the thread is about to do
  int64_t result = 0;  // at exit
};
/// EINVAL: it is stopped elsewhere, or is a 32-bit thread.
Result<CallStop> call_stop(pid_t tid);

}  // namespace uffdscope

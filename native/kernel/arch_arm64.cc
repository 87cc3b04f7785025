// Compiled and linked by CI, not run: there is no arm64 machine among those that test this.
#if defined(__aarch64__)
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <cerrno>

#include "kernel/regs.h"

namespace uffdscope {
namespace {

constexpr unsigned kCallLength = 4;
constexpr uint32_t kCallInstruction = 0xd4000001;  // svc #0

bool is_call_instruction(pid_t tid, uint64_t address) {
  errno = 0;
  long word = ::ptrace(PTRACE_PEEKTEXT, tid, reinterpret_cast<void*>(address & ~7ull), nullptr);
  if (errno != 0) return false;
  return static_cast<uint32_t>(static_cast<uint64_t>(word) >> ((address & 4) * 8)) ==
         kCallInstruction;
}

}  // namespace

// do_signal() has rewound pc and restored x0 before the tracer sees the stop (and undoes that
// itself when a handler runs), and has forgotten the call's number. So a call that will run again
// looks like a thread about to make it, and for freezing the two are the same: neither has begun.
StoppedCall stopped_call(pid_t tid, const UserRegs& regs, const SystemCall& seen) {
  SystemCall call{
      static_cast<long>(static_cast<int32_t>(regs.regs[8])),
      {regs.regs[0], regs.regs[1], regs.regs[2], regs.regs[3], regs.regs[4], regs.regs[5]}};
  if (is_call_instruction(tid, regs.pc)) return {CallStands::restarts, call};
  if (!is_call_instruction(tid, regs.pc - kCallLength)) return {};
  if (static_cast<int64_t>(regs.regs[0]) != -EINTR) return {CallStands::returned, call};
  // The result stands where the first argument was; only what we saw before can put it back.
  SystemCall known = call;
  known.args[0] = seen.args[0];
  if (known != seen) return {CallStands::returned, {}};
  return {CallStands::broken, known};
}

void mend_broken_call(UserRegs& regs, const StoppedCall& stopped) {
  if (stopped.stands != CallStands::broken) return;
  regs.regs[0] = stopped.call.args[0];
  regs.pc -= kCallLength;
}

void pose_as_interrupted(pid_t, UserRegs&, bool) {}

Result<void> step_back_before_call(pid_t tid) {
  auto regs = read_regs(tid);
  if (!regs) return std::unexpected(regs.error());
  int none = -1;  // NO_SYSCALL: el0_svc_common() skips the call and leaves x0 alone
  iovec io{&none, sizeof none};
  auto type = reinterpret_cast<void*>(static_cast<intptr_t>(NT_ARM_SYSTEM_CALL));
  if (::ptrace(PTRACE_SETREGSET, tid, type, &io) != 0)
    return std::unexpected(KernelError{"PTRACE_SETREGSET", errno});
  regs->pc -= kCallLength;
  return write_regs(tid, *regs);
}

}  // namespace uffdscope
#endif

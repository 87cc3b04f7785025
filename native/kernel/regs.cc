#include "kernel/regs.h"

#include <elf.h>
#include <linux/audit.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace uffdscope {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kOwnArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kOwnArch = AUDIT_ARCH_AARCH64;
#endif

void* note(int type) { return reinterpret_cast<void*>(static_cast<intptr_t>(type)); }

}  // namespace

Result<UserRegs> read_regs(pid_t tid) {
  UserRegs regs{};
  iovec io{&regs, sizeof regs};
  if (::ptrace(PTRACE_GETREGSET, tid, note(NT_PRSTATUS), &io) != 0)
    return std::unexpected(KernelError{"PTRACE_GETREGSET", errno});
  // A 32-bit thread has a shorter set; what came then is not what the fields say.
  if (io.iov_len != sizeof regs) return std::unexpected(KernelError{"PTRACE_GETREGSET", ENOTSUP});
  return regs;
}

Result<void> write_regs(pid_t tid, const UserRegs& regs) {
  UserRegs copy = regs;
  iovec io{&copy, sizeof copy};
  if (::ptrace(PTRACE_SETREGSET, tid, note(NT_PRSTATUS), &io) != 0)
    return std::unexpected(KernelError{"PTRACE_SETREGSET", errno});
  return {};
}

Result<CallStop> call_stop(pid_t tid) {
  __ptrace_syscall_info info{};
  auto size = reinterpret_cast<void*>(sizeof info);
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, tid, size, &info) < 0)
    return std::unexpected(KernelError{"PTRACE_GET_SYSCALL_INFO", errno});
  bool entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
  // A 32-bit thread counts its calls by another table.
  if ((!entry && info.op != PTRACE_SYSCALL_INFO_EXIT) || info.arch != kOwnArch)
    return std::unexpected(KernelError{"PTRACE_GET_SYSCALL_INFO", EINVAL});
  if (!entry) return CallStop{false, {}, info.exit.rval};
  CallStop stop{true, {static_cast<long>(info.entry.nr), {}}, 0};
  std::copy_n(info.entry.args, stop.call.args.size(), stop.call.args.begin());
  return stop;
}

}  // namespace uffdscope

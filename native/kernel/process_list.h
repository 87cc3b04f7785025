// Processes as rows: who they are, whose they are, and whether we may attach to them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kernel/procfs.h"

namespace uffdscope {

struct ProcessRow {
  ProcStat stat;
  ProcStatus status;
  std::string cmdline;  // raw, arguments separated by blanks; empty for kernel threads
  /// 0, or why opening /proc/PID/mem fails: the same question that pidfd_getfd(2) and ptrace(2) ask
  /// (ptrace_may_access, PTRACE_MODE_ATTACH), capabilities, dumpable flag and Yama included.
  int attach_errno = 0;
};

/// nullopt where there is no such process (any more).
std::optional<ProcessRow> look_at_row(int proc_fd, int pid);
std::vector<ProcessRow> list_processes(int proc_fd);

}  // namespace uffdscope

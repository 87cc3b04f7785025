// The userfaultfds that one process holds.
#pragma once
#include <string>
#include <vector>

#include "kernel/fdinfo.h"

namespace uffdscope {

/// One descriptor of one process that is a userfaultfd.
struct HeldUffd {
  int pid = 0;
  int fd = 0;
  UffdFdinfo info;
  /// The counts were the same before and after the threads were looked at, so both belong together.
  bool steady = false;
};
/// Looks at the counts once more. A descriptor closed meanwhile keeps its first look, unsteady.
void look_again(int proc_fd, HeldUffd& held);

struct HeldByProcess {
  /// no_memory: a kernel thread or a zombie, which has no descriptors; refused: they are not ours
  /// to see.
  enum class Sight { seen, refused, no_memory } sight = Sight::no_memory;
  std::vector<HeldUffd> held;
};
HeldByProcess uffds_held_by(int proc_fd, int pid);

/// "PID", or "PID/task/TID" of a living thread where the first one has exited and left files and
/// memory to the others. Empty for kernel threads, zombies and processes that are gone.
std::string living_task(int proc_fd, int pid);

}  // namespace uffdscope

// Who a process has forked: the kernel gives a child's userfaultfd away without the child's number.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace uffdscope {

/// This moment as /proc/PID/stat counts starts: clock ticks since the machine started.
uint64_t ticks_now();

/// Children of `parent` that started at or after `since` (ticks), have a memory of their own and
/// have run no other program: for each of them the kernel has sent one FORK message. Those that
/// have ended too, until their parent has taken notice. Empty also where that can't be told.
std::vector<pid_t> forked_children(pid_t parent, uint64_t since);

/// The process that this thread belongs to; 0: it is gone.
pid_t process_of(pid_t tid);

}  // namespace uffdscope

// Making the process one that outlives what happens to its parent.
#pragma once
#include <sys/types.h>

#include "kernel/unique_fd.h"

namespace uffdscope {

/// A session of its own, no signal that could end it, no file of the parent's but these two, spared
/// by the OOM killer, out of the parent's cgroup where that is one write. What is not allowed here
/// is left as it is.
void stand_apart(int channel_fd, int journal_fd);
/// A descriptor readable when a child or a traced thread changed state. To be called once.
UniqueFd child_signal_fd();

}  // namespace uffdscope

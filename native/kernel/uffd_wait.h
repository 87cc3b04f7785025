// Does a thread wait for messages of a userfaultfd? Told from the arguments of the system call it
// sleeps in. A glance, for lists: the thread may be elsewhere a moment later. The keeper looks
// again before it freezes anything.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "kernel/procfs.h"

namespace uffdscope {

/// Where the call keeps the descriptors it waits on.
enum class WaitShape { none, one_fd, pollfds, fd_set, epoll };
WaitShape wait_shape(const ProcSyscall& call);

/// Descriptors of a struct pollfd array that ask for input.
std::vector<int> polled_fds(std::span<const uint8_t> pollfds);
/// Members of an fd_set of the first `limit` descriptors.
std::vector<int> selected_fds(std::span<const uint8_t> set, int limit);

/// The descriptors that thread `task` ("PID/task/TID" under `proc_fd`) waits to read from. Empty
/// when it waits for none, or when its memory may not be read by us.
std::vector<int> fds_waited_on(int proc_fd, const std::string& task, const ProcSyscall& call);

}  // namespace uffdscope

// Readers that can't be frozen: an io_uring completes in the kernel, whoever is stopped.
#pragma once
#include <sys/types.h>

#include <optional>

namespace uffdscope {

bool is_io_uring_worker(pid_t pid, pid_t tid);
/// A worker of the process that sleeps in a read of a uffd, by its thread id.
std::optional<pid_t> io_uring_worker_in_uffd(pid_t pid);
/// Does one of the process's rings wait for some descriptor to become readable? The kernel does not
/// say for which.
bool polls_by_io_uring(pid_t pid);

}  // namespace uffdscope

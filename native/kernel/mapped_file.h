// The file behind a shared mapping, read without mapping a page of it: what a minor fault waits for
// lies in the page cache, and no page table says so.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <span>

#include "kernel/result.h"

namespace uffdscope {

/// Bytes of the file at what `pid` has mapped at `address`. ENODATA: the file has a hole there, the
/// page is missing. EINVAL: no shared mapping of a file. EPERM: /proc/PID/map_files asks for
/// CAP_CHECKPOINT_RESTORE (proc_pid_map_files(5)).
Result<size_t> read_mapped_file(pid_t pid, uint64_t address, std::span<uint8_t> into);

}  // namespace uffdscope

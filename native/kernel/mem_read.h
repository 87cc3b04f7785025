// Reading another process's memory without raising a fault in it.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <span>

#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

/// /proc/PID/mem: a missing page answers EIO at once (no FAULT_FLAG_ALLOW_RETRY in
/// __access_remote_vm), whereas process_vm_readv would raise a fault as ourselves and wait for its
/// handler.
class MemReader {
 public:
  static Result<MemReader> open(pid_t pid);
  /// Bytes read, which end at the first page that can't be read. EIO: the first page is missing or
  /// poisoned.
  Result<size_t> read(uint64_t address, std::span<uint8_t> into) const;

 private:
  explicit MemReader(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace uffdscope

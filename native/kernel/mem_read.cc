#include "kernel/mem_read.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

namespace uffdscope {

Result<MemReader> MemReader::open(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/mem", pid);
  UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(KernelError{"open(mem)", errno});
  return MemReader(std::move(fd));
}

Result<size_t> MemReader::read(uint64_t address, std::span<uint8_t> into) const {
  ssize_t n = ::pread64(fd_.get(), into.data(), into.size(), static_cast<off64_t>(address));
  if (n < 0) return std::unexpected(KernelError{"pread(mem)", errno, address, into.size()});
  return static_cast<size_t>(n);
}

}  // namespace uffdscope

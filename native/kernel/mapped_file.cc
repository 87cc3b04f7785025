#include "kernel/mapped_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>

#include "kernel/maps.h"
#include "kernel/unique_fd.h"

namespace uffdscope {
namespace {

std::unexpected<KernelError> failed(const char* call, int err) {
  return std::unexpected(KernelError{call, err});
}

}  // namespace

Result<size_t> read_mapped_file(pid_t pid, uint64_t address, std::span<uint8_t> into) {
  const UniqueFd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!proc) return failed("open(/proc)", errno);
  auto maps = read_maps(proc.get(), std::to_string(pid));
  if (!maps) return std::unexpected(maps.error());
  auto found = std::ranges::find_if(
      *maps, [&](const Mapping& m) { return address >= m.start && address < m.end; });
  if (found == maps->end() || !found->shared()) return failed("map_files", EINVAL);

  char path[96];
  std::snprintf(path, sizeof path, "%d/map_files/%lx-%lx", pid, found->start, found->end);
  UniqueFd file(::openat(proc.get(), path, O_RDONLY | O_CLOEXEC));
  if (!file) return failed("open(map_files)", errno);
  const auto at = static_cast<off_t>(found->offset + (address - found->start));
  const off_t data = ::lseek(file.get(), at, SEEK_DATA);
  if (data < 0) return failed("lseek(SEEK_DATA)", errno == ENXIO ? ENODATA : errno);
  if (data > at) return failed("lseek(SEEK_DATA)", ENODATA);
  const ssize_t n = ::pread(file.get(), into.data(), into.size(), at);
  if (n < 0) return failed("pread", errno);
  return static_cast<size_t>(n);
}

}  // namespace uffdscope

#include "kernel/userfaultfd.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <cerrno>

namespace uffdscope {
namespace {

std::unexpected<KernelError> failed(const char* call, uint64_t start = 0, uint64_t len = 0) {
  return std::unexpected(KernelError{call, errno, start, len, 0});
}

/// One resolving ioctl. `out` is the field of `arg` that the kernel writes bytes done or a negative
/// errno to; the ioctl itself says EAGAIN on partial success, whatever the cause was.
template <class Arg>
Progress resolve(int fd, unsigned long request, Arg& arg, const int64_t& out, uint64_t len) {
  if (::ioctl(fd, request, &arg) == 0) return {static_cast<int64_t>(len), 0};
  // A negative field repeats the errno; ESRCH leaves it as we set it (0).
  return {out > 0 ? out : 0, errno};
}

}  // namespace

Result<Userfaultfd> Userfaultfd::open(Open how, bool user_mode_only, int flags) {
  flags |= O_CLOEXEC | (user_mode_only ? static_cast<int>(abi::kUserModeOnly) : 0);
  if (how == Open::syscall) {
    int fd = static_cast<int>(::syscall(SYS_userfaultfd, flags));
    if (fd < 0) return failed("userfaultfd");
    return Userfaultfd(UniqueFd(fd));
  }
  UniqueFd dev(::open("/dev/userfaultfd", O_RDWR | O_CLOEXEC));
  if (!dev) return failed("open(/dev/userfaultfd)");
  int fd = ::ioctl(dev.get(), abi::kIoctlNew, flags);
  if (fd < 0) return failed("USERFAULTFD_IOC_NEW");
  return Userfaultfd(UniqueFd(fd));
}

Result<abi::ApiArg> Userfaultfd::api(uint64_t features) const {
  abi::ApiArg a{abi::kApi, features, 0};
  if (::ioctl(fd(), abi::kIoctlApi, &a)) return failed("UFFDIO_API");
  return a;
}

Result<size_t> Userfaultfd::read(abi::Message* into, size_t count, bool nonblocking) const {
  ssize_t n;
  if (nonblocking) {
    n = ::read(fd(), into, count * sizeof *into);
  } else {
    iovec io{into, count * sizeof *into};
    n = ::preadv2(fd(), &io, 1, -1, RWF_NOWAIT);
  }
  if (n < 0) return failed("read");
  return static_cast<size_t>(n) / sizeof *into;
}

Result<uint64_t> Userfaultfd::register_range(uint64_t start, uint64_t len, uint64_t mode) const {
  abi::RegisterArg a{{start, len}, mode, 0};
  if (::ioctl(fd(), abi::kIoctlRegister, &a)) return failed("UFFDIO_REGISTER", start, len);
  return a.ioctls;
}

Result<void> Userfaultfd::unregister_range(uint64_t start, uint64_t len) const {
  abi::RangeArg a{start, len};
  if (::ioctl(fd(), abi::kIoctlUnregister, &a)) return failed("UFFDIO_UNREGISTER", start, len);
  return {};
}

Result<void> Userfaultfd::wake(uint64_t start, uint64_t len) const {
  abi::RangeArg a{start, len};
  if (::ioctl(fd(), abi::kIoctlWake, &a)) return failed("UFFDIO_WAKE", start, len);
  return {};
}

Progress Userfaultfd::copy(uint64_t dst, const void* src, uint64_t len, uint64_t mode) const {
  abi::CopyArg a{dst, reinterpret_cast<uint64_t>(src), len, mode, 0};
  return resolve(fd(), abi::kIoctlCopy, a, a.copy, len);
}

Progress Userfaultfd::zeropage(uint64_t start, uint64_t len, uint64_t mode) const {
  abi::ZeropageArg a{{start, len}, mode, 0};
  return resolve(fd(), abi::kIoctlZeropage, a, a.zeropage, len);
}

Progress Userfaultfd::continue_range(uint64_t start, uint64_t len, uint64_t mode) const {
  abi::ContinueArg a{{start, len}, mode, 0};
  return resolve(fd(), abi::kIoctlContinue, a, a.mapped, len);
}

Progress Userfaultfd::poison(uint64_t start, uint64_t len, uint64_t mode) const {
  abi::PoisonArg a{{start, len}, mode, 0};
  return resolve(fd(), abi::kIoctlPoison, a, a.updated, len);
}

Progress Userfaultfd::move(uint64_t dst, uint64_t src, uint64_t len, uint64_t mode) const {
  abi::MoveArg a{dst, src, len, mode, 0};
  return resolve(fd(), abi::kIoctlMove, a, a.move, len);
}

Progress Userfaultfd::writeprotect(uint64_t start, uint64_t len, uint64_t mode) const {
  abi::WriteprotectArg a{{start, len}, mode};
  return resolve(fd(), abi::kIoctlWriteprotect, a, 0, len);
}

Userfaultfd::Barrier Userfaultfd::barrier() const {
  // The order of mfill_atomic: EAGAIN while an event is outstanding, ESRCH without the memory, then
  // ENOENT because no mapping reaches from 1 MiB over 2 GiB. The range must be a possible one:
  // below mmap_min_addr (64 KiB on most kernels), inside a page or past the end of a 32-bit
  // program's memory validate_range says EINVAL to the living and the dead.
  Progress p = zeropage(1ull << 20, 1ull << 31);
  if (p.err == EAGAIN) return Barrier::events;
  if (p.err == ESRCH) return Barrier::gone;
  return Barrier::quiet;
}

}  // namespace uffdscope

// One userfaultfd: open, negotiate, read, register, resolve. Each call is one system call; nothing
// is retried here.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernel/abi.h"
#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

/// Bytes that an ioctl finished, which may be fewer than asked: `err` is then why it stopped (0 =
/// all done).
struct Progress {
  int64_t done = 0;
  int err = 0;
  bool complete() const { return err == 0; }
};

class Userfaultfd {
 public:
  Userfaultfd() = default;
  explicit Userfaultfd(UniqueFd fd) : fd_(std::move(fd)) {}

  enum class Open { syscall, device };
  /// userfaultfd(2), or USERFAULTFD_IOC_NEW on /dev/userfaultfd (6.1). EPERM: neither
  /// CAP_SYS_PTRACE nor the sysctl.
  static Result<Userfaultfd> open(Open how, bool user_mode_only, int flags = 0);

  int fd() const { return fd_.get(); }
  explicit operator bool() const { return bool(fd_); }
  UniqueFd take() { return std::move(fd_); }

  /// UFFDIO_API: once per descriptor. Asking 0 reports all features of this kernel.
  Result<abi::ApiArg> api(uint64_t features) const;
  /// read(2) of up to `count` messages of 32 bytes; on a descriptor without O_NONBLOCK by
  /// preadv2(RWF_NOWAIT), since O_NONBLOCK belongs to the open file and so to the target too.
  /// EAGAIN: nothing waits.
  Result<size_t> read(abi::Message* into, size_t count, bool nonblocking) const;

  Result<uint64_t> register_range(uint64_t start, uint64_t len, uint64_t mode) const;
  Result<void> unregister_range(uint64_t start, uint64_t len) const;
  Result<void> wake(uint64_t start, uint64_t len) const;

  // Resolutions. The kernel's partial results come back as Progress; an errno with nothing done
  // too.
  Progress copy(uint64_t dst, const void* src, uint64_t len, uint64_t mode = 0) const;
  Progress zeropage(uint64_t start, uint64_t len, uint64_t mode = 0) const;
  Progress continue_range(uint64_t start, uint64_t len, uint64_t mode = 0) const;
  Progress poison(uint64_t start, uint64_t len, uint64_t mode = 0) const;
  Progress move(uint64_t dst, uint64_t src, uint64_t len, uint64_t mode = 0) const;
  /// WRITEPROTECT knows no partial result: done is len or 0.
  Progress writeprotect(uint64_t start, uint64_t len, uint64_t mode) const;

  /// True while a fork, remap, remove or unmap message is outstanding: the kernel then answers
  /// every resolution with EAGAIN (ctx->mmap_changing). Asked by a ZEROPAGE of a range
  /// that no mapping covers; changes nothing.
  enum class Barrier { quiet, events, gone };
  Barrier barrier() const;

 private:
  UniqueFd fd_;
};

}  // namespace uffdscope

// The core's result type: a value, or the system call that failed and why. Becomes an exception in
// addon/ only.
#pragma once
#include <cstdint>
#include <expected>

namespace uffdscope {

/// A failed system call. `call` is a literal ("UFFDIO_COPY"); `err` a positive errno.
/// `done` is how many bytes the kernel had finished before it stopped (partial success), else 0.
struct KernelError {
  const char* call = "";
  int err = 0;
  uint64_t start = 0;
  uint64_t length = 0;
  int64_t done = 0;
};

template <class T>
using Result = std::expected<T, KernelError>;

}  // namespace uffdscope

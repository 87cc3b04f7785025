// A thread that touches one byte and waits for as long as the kernel lets it wait.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "kernel/userfaultfd.h"

namespace native_test {

enum class How { read, write };

class Touch {
 public:
  /// A write stores `value`. The userfaultfd is only for the end: a test that failed half way would
  /// otherwise leave the thread in the kernel for good.
  Touch(const uffdscope::Userfaultfd& uffd, uint64_t address, How how, uint8_t value = 0x77);
  ~Touch();
  Touch(const Touch&) = delete;

  pid_t tid() const { return tid_.load(); }
  bool over() const { return over_.load(); }
  /// Waits until it is over; false when that takes more than five seconds.
  bool ends();
  /// The byte that was read. After ends() only.
  uint8_t value() const { return value_; }
  /// SIGBUS or SIGSEGV that the access got, or 0. After ends() only.
  int signal() const { return signal_; }

 private:
  const uffdscope::Userfaultfd& uffd_;
  uint64_t address_;
  std::atomic<pid_t> tid_{0};
  std::atomic<bool> over_{false};
  uint8_t value_ = 0;
  int signal_ = 0;
  std::thread thread_;
};

/// What one access gives that is expected not to wait: the byte, or minus the signal.
int look_at(uint64_t address);

}  // namespace native_test

// When the engine's loop wakes by itself: a timer that is set anew only where it would come too
// late.
//
// A timeout of epoll_wait(2) is a high-resolution timer that is armed before each sleep and taken
// down on each wake, between a fault and its answer. What the loop waits for is mostly the next
// heartbeat, which every fault moves on: a timer that comes too early costs one idle turn a while.
#pragma once
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "engine/clock.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

class Alarm {
 public:
  /// False with errno set when there is no descriptor left.
  bool open() {
    fd_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    return static_cast<bool>(fd_);
  }
  /// Readable when it rings.
  int fd() const { return fd_.get(); }
  void close() { fd_.reset(); }

  /// It rings at `due` (ns of now_ns()) or before.
  void ring_by(int64_t due) {
    if (due >= set_) return;
    set_ = due;
    itimerspec at{{0, 0}, {due / kSecond, due % kSecond}};
    ::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
  }
  void rang() {
    uint64_t times;
    if (::read(fd_.get(), &times, sizeof times) > 0) set_ = INT64_MAX;
  }

 private:
  UniqueFd fd_;
  int64_t set_ = INT64_MAX;
};

}  // namespace uffdscope

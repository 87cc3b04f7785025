// A REMOVE message that nobody has read: a thread sits in madvise(2) until somebody does, and every
// resolution gives EAGAIN.
#pragma once
#include <atomic>
#include <thread>

#include "field.h"

namespace native_test {

class QueuedEvent {
 public:
  /// `field` asked for EVENT_REMOVE; the page that is removed is nobody's answer.
  QueuedEvent(const Field& field, size_t page);
  ~QueuedEvent();
  QueuedEvent(const QueuedEvent&) = delete;
  /// Reads it, so that the thread goes on.
  void read_it();

 private:
  const Userfaultfd& uffd_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace native_test

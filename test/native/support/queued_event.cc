#include "queued_event.h"

#include <doctest/doctest.h>

#include "eventually.h"

namespace native_test {

QueuedEvent::QueuedEvent(const Field& field, size_t page) : uffd_(field.uffd) {
  void* at = field.memory.bytes(page);
  size_t length = field.unit();
  thread_ = std::thread([this, at, length] {
    ::madvise(at, length, MADV_DONTNEED);
    over_ = true;
  });
  bool queued = eventually([&] { return uffd_.barrier() == Userfaultfd::Barrier::events; });
  CHECK(queued);
}

QueuedEvent::~QueuedEvent() { read_it(); }

void QueuedEvent::read_it() {
  if (!thread_.joinable()) return;
  abi::Message message;
  while (!over_) (void)uffd_.read(&message, 1, true);
  thread_.join();
}

}  // namespace native_test

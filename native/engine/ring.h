// A ring in shared anonymous memory: one writer, readers that look by index and can tell when they
// were overtaken. Memory is touched only as far as it is used.
#pragma once
#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace uffdscope {

/// Record must start with a uint64_t that is its own number (from 1), 0 while it is written.
template <class Record>
class Ring {
 public:
  explicit Ring(size_t capacity_log2)
      : mask_((size_t{1} << capacity_log2) - 1), bytes_((mask_ + 1) * sizeof(Record)) {
    void* p = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) std::abort();  // a few MiB of address space: nothing to go on with
    records_ = static_cast<Record*>(p);
  }
  ~Ring() { ::munmap(records_, bytes_); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  size_t capacity() const { return mask_ + 1; }
  Record* data() { return records_; }
  size_t bytes() const { return bytes_; }

  /// Number of the newest record, 0 when empty.
  uint64_t last() const { return last_.load(std::memory_order_acquire); }
  uint64_t first() const {
    uint64_t n = last();
    return n == 0 ? 1 : n > capacity() ? n - capacity() + 1 : 1;
  }

  /// Writer: the slot for record `last() + 1`, marked as being written. Finish with publish().
  Record& begin() {
    Record& r = records_[(last_.load(std::memory_order_relaxed) + 1) & mask_];
    number(r).store(0, std::memory_order_relaxed);
    // A reader that sees any of what is written from here on must not see the old number beside it.
    std::atomic_thread_fence(std::memory_order_release);
    return r;
  }
  uint64_t publish(Record& r) {
    uint64_t n = last_.load(std::memory_order_relaxed) + 1;
    number(r).store(n, std::memory_order_release);
    last_.store(n, std::memory_order_release);
    return n;
  }
  /// Writer: the record with this number, or null when it was overwritten.
  Record* find(uint64_t n) {
    if (n == 0 || n > last()) return nullptr;
    Record& r = records_[n & mask_];
    return number(r).load(std::memory_order_relaxed) == n ? &r : nullptr;
  }

 private:
  static std::atomic_ref<uint64_t> number(Record& r) {
    return std::atomic_ref<uint64_t>(*reinterpret_cast<uint64_t*>(&r));
  }
  size_t mask_;
  size_t bytes_;
  Record* records_;
  std::atomic<uint64_t> last_{0};
};

}  // namespace uffdscope

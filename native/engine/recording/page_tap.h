// Bytes of answers on their way to the recorder: a bounded ring, one writer (the engine), one
// reader. Where the reader is behind they are dropped and counted; the engine never waits.
#pragma once
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace uffdscope::recording {

class PageTap {
 public:
  explicit PageTap(size_t bytes = 64 << 20) : size_(bytes), ring_(new uint8_t[bytes]) {}

  /// Engine: these bytes went to `address` as the answer of fault `seq`.
  void put(uint64_t seq, uint64_t address, std::span<const uint8_t> bytes) {
    const uint64_t head[3] = {seq, address, bytes.size()};
    const uint64_t at = written_.load(std::memory_order_relaxed);
    const uint64_t end = at + sizeof head + bytes.size();
    if (end - read_.load(std::memory_order_acquire) > size_) {
      lost_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    copy_in(at, head, sizeof head);
    copy_in(at + sizeof head, bytes.data(), bytes.size());
    written_.store(end, std::memory_order_release);
  }

  /// Recorder: gives each to `each(seq, address, length, copy)`, where `copy(to)` takes the bytes.
  template <class Each>
  void take(Each each) {
    uint64_t at = read_.load(std::memory_order_relaxed);
    const uint64_t end = written_.load(std::memory_order_acquire);
    while (at < end) {
      uint64_t head[3];
      copy_out(at, head, sizeof head);
      const uint64_t from = at + sizeof head;
      each(head[0], head[1], head[2], [&](uint8_t* to) { copy_out(from, to, head[2]); });
      at = from + head[2];
      read_.store(at, std::memory_order_release);
    }
  }
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  void copy_in(uint64_t at, const void* from, size_t length) {
    const size_t place = at % size_, first = std::min(length, size_ - place);
    std::memcpy(ring_.get() + place, from, first);
    std::memcpy(ring_.get(), static_cast<const uint8_t*>(from) + first, length - first);
  }
  void copy_out(uint64_t at, void* to, size_t length) const {
    const size_t place = at % size_, first = std::min(length, size_ - place);
    std::memcpy(to, ring_.get() + place, first);
    std::memcpy(static_cast<uint8_t*>(to) + first, ring_.get(), length - first);
  }
  const size_t size_;
  std::unique_ptr<uint8_t[]> ring_;
  std::atomic<uint64_t> written_{0}, read_{0}, lost_{0};
};

}  // namespace uffdscope::recording

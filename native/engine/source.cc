#include "engine/source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace uffdscope {
namespace {

class PatternSource final : public Source {
 public:
  explicit PatternSource(uint8_t byte) : byte_(byte) {}
  Result<void> fill(uint64_t, std::span<uint8_t> into) override {
    std::memset(into.data(), byte_, into.size());
    return {};
  }
  const uint8_t* ready(uint64_t, size_t length) override {
    if (page_.size() < length) page_.assign(length, byte_);
    return page_.data();
  }
  std::optional<uint8_t> every_byte() const override { return byte_; }

 private:
  uint8_t byte_;
  std::vector<uint8_t> page_;
};

class BytesSource final : public Source {
 public:
  explicit BytesSource(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  Result<void> fill(uint64_t, std::span<uint8_t> into) override {
    size_t n = std::min(into.size(), bytes_.size());
    std::copy_n(bytes_.begin(), n, into.begin());
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(n), into.end(), uint8_t{0});
    return {};
  }
  bool one_page() const override { return true; }

 private:
  std::vector<uint8_t> bytes_;
};

class FileSource final : public Source {
 public:
  FileSource(UniqueFd fd, uint64_t base) : fd_(std::move(fd)), base_(base) {}
  Result<void> fill(uint64_t offset, std::span<uint8_t> into) override {
    size_t done = 0;
    while (done < into.size()) {
      ssize_t n = ::pread64(fd_.get(), into.data() + done, into.size() - done,
                            static_cast<off64_t>(base_ + offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return std::unexpected(KernelError{"pread(source)", errno, offset, into.size()});
      if (n == 0) return std::unexpected(KernelError{"source", ENODATA, offset, into.size()});
      done += static_cast<size_t>(n);
    }
    return {};
  }

 private:
  UniqueFd fd_;
  uint64_t base_;
};

}  // namespace

std::unique_ptr<Source> zero_source() { return pattern_source(0); }
std::unique_ptr<Source> pattern_source(uint8_t byte) {
  return std::make_unique<PatternSource>(byte);
}
std::unique_ptr<Source> bytes_source(std::vector<uint8_t> bytes) {
  return std::make_unique<BytesSource>(std::move(bytes));
}
std::unique_ptr<Source> file_source(UniqueFd fd, uint64_t base) {
  return std::make_unique<FileSource>(std::move(fd), base);
}

}  // namespace uffdscope

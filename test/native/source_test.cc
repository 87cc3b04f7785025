// Where the bytes of an answer come from: all that was asked for, or why not.
#include "engine/source.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

using namespace uffdscope;

namespace {

using Bytes = std::vector<uint8_t>;

Bytes filled(Source& source, uint64_t offset, size_t length) {
  Bytes into(length, 0xee);
  REQUIRE(source.fill(offset, into));
  return into;
}

int refusal(Source& source, uint64_t offset, size_t length) {
  Bytes into(length);
  auto got = source.fill(offset, into);
  return got ? 0 : got.error().err;
}

/// A file of `length` bytes, each its own place modulo 251.
UniqueFd file_of(size_t length) {
  UniqueFd fd(::memfd_create("source", MFD_CLOEXEC));
  Bytes bytes(length);
  for (size_t i = 0; i < length; ++i) bytes[i] = static_cast<uint8_t>(i % 251);
  REQUIRE(::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(length));
  return fd;
}

}  // namespace

TEST_CASE("source: zeros and patterns, at whatever offset") {
  CHECK(filled(*zero_source(), 1ull << 40, 3) == Bytes{0, 0, 0});
  CHECK(filled(*pattern_source(0xa5), 7, 3) == Bytes{0xa5, 0xa5, 0xa5});
}

TEST_CASE("source: bytes that were given, and zeros after them") {
  auto source = bytes_source({1, 2, 3});
  CHECK(filled(*source, 0, 5) == Bytes{1, 2, 3, 0, 0});
  CHECK(filled(*source, 4096, 2) == Bytes{1, 2});
  CHECK(filled(*bytes_source({}), 0, 2) == Bytes{0, 0});
  CHECK(source->one_page());
  CHECK_FALSE(zero_source()->one_page());
}

TEST_CASE("source: a file, from its start or from further in") {
  auto whole = file_source(file_of(10000), 0);
  CHECK(filled(*whole, 0, 3) == Bytes{0, 1, 2});
  CHECK(filled(*whole, 9998, 2) == Bytes{9998 % 251, 9999 % 251});
  auto inner = file_source(file_of(10000), 4096);
  CHECK(filled(*inner, 4, 1) == Bytes{4100 % 251});
}

TEST_CASE("source: a file that ends before what is asked") {
  auto source = file_source(file_of(5000), 0);
  CHECK(refusal(*source, 0, 5000) == 0);
  CHECK(refusal(*source, 0, 5001) == ENODATA);
  CHECK(refusal(*source, 4096, 4096) == ENODATA);
  CHECK(refusal(*source, 5000, 1) == ENODATA);
  CHECK(refusal(*source, 1ull << 40, 4096) == ENODATA);
  CHECK(refusal(*file_source(file_of(5000), 5000), 0, 1) == ENODATA);
  CHECK(refusal(*file_source(file_of(0), 0), 0, 1) == ENODATA);
  CHECK(refusal(*source, 1ull << 63, 1) == EINVAL);  // further than a file can be
}

TEST_CASE("source: a file that shrinks is told, not survived by chance") {
  UniqueFd fd = file_of(8192);
  int file = fd.get();
  auto source = file_source(std::move(fd), 0);
  CHECK(refusal(*source, 4096, 4096) == 0);
  REQUIRE(::ftruncate(file, 4100) == 0);
  CHECK(refusal(*source, 4096, 4096) == ENODATA);
  CHECK(refusal(*source, 0, 4096) == 0);
  REQUIRE(::ftruncate(file, 8192) == 0);  // and grown again: the new part is a hole
  CHECK(filled(*source, 8000, 1) == Bytes{0});
}

TEST_CASE("source: what can't be read at a place is refused with the kernel's reason") {
  int pipe_ends[2];
  REQUIRE(::pipe2(pipe_ends, O_CLOEXEC) == 0);
  UniqueFd writer(pipe_ends[1]);
  CHECK(refusal(*file_source(UniqueFd(pipe_ends[0]), 0), 0, 1) == ESPIPE);
  CHECK(refusal(*file_source(UniqueFd(::open("/", O_RDONLY | O_CLOEXEC)), 0), 0, 1) == EISDIR);
  CHECK(refusal(*file_source(UniqueFd(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC)), 0), 0, 1) ==
        EIO);
  CHECK(refusal(*file_source(UniqueFd(), 0), 0, 1) == EBADF);
}

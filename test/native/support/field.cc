#include "field.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "engine/monitor.h"
#include "eventually.h"
#include "kernel/fdinfo.h"
#include "kernel/procfs.h"
#include "needs.h"

namespace native_test {
namespace {

std::optional<uffdscope::UffdFdinfo> info_of(const Userfaultfd& uffd) {
  std::string path = "/proc/self/fdinfo/" + std::to_string(uffd.fd());
  auto text = uffdscope::read_proc_file(AT_FDCWD, path.c_str());
  return text ? uffdscope::parse_uffd_fdinfo(*text) : std::nullopt;
}

}  // namespace

std::string without_privilege() {
  auto uffd = Userfaultfd::open(Userfaultfd::Open::syscall, false);
  return uffd ? "" : "userfaultfd(2) is not permitted: run as root";
}

Userfaultfd open_uffd(uint64_t features, int flags) {
  auto uffd = Userfaultfd::open(Userfaultfd::Open::syscall, false, flags);
  if (!uffd) uffd = Userfaultfd::open(Userfaultfd::Open::syscall, true, flags);
  REQUIRE(uffd);
  REQUIRE(uffd->api(features));
  return std::move(*uffd);
}

Field::Field(Memory kind, size_t pages, uint64_t modes, uint64_t features)
    : Field(Mapping(kind, pages), modes, features) {}

Field::Field(Mapping made, uint64_t modes, uint64_t features)
    : memory(std::move(made)), uffd(open_uffd(features)) {
  if (modes) REQUIRE(uffd.register_range(memory.start(), memory.length(), modes));
}

void Field::fill(size_t page, uint8_t byte) const {
  REQUIRE(uffd.copy(at(page), page_of(*this, byte).data(), unit()).complete());
}

uint64_t unread(const Userfaultfd& uffd) {
  auto info = info_of(uffd);
  return info ? info->pending : 0;
}

uint64_t unanswered(const Userfaultfd& uffd) {
  auto info = info_of(uffd);
  return info ? info->total : 0;
}

std::optional<abi::Message> next_message(const Userfaultfd& uffd) {
  abi::Message message;
  bool came = eventually([&] {
    auto n = uffd.read(&message, 1, true);
    return n && *n == 1;
  });
  return came ? std::optional(message) : std::nullopt;
}

std::vector<uint8_t> page_of(const Field& field, uint8_t byte, size_t pages) {
  return std::vector<uint8_t>(field.unit() * pages, byte);
}

}  // namespace native_test

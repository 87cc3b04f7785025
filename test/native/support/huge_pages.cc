#include "huge_pages.h"

#include <fstream>

namespace native_test {
namespace {

constexpr const char* kPool = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
constexpr const char* kFree = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages";

uint64_t number_in(const char* path) {
  uint64_t n = 0;
  std::ifstream(path) >> n;
  return n;
}

bool write_pool(uint64_t count) {
  std::ofstream pool(kPool);
  pool << count << std::flush;
  return pool.good();
}

}  // namespace

HugePages::HugePages(uint64_t count) : before_(number_in(kPool)) {
  if (!std::ifstream(kPool)) {
    missing_ = "this kernel has no huge pages of 2 MiB";
    return;
  }
  uint64_t in_use = before_ - number_in(kFree);
  changed_ = write_pool(in_use + count);
  if (!changed_) {
    missing_ = "the pool of huge pages can't be changed: run as root";
  } else if (number_in(kFree) < count) {
    missing_ = "no memory for " + std::to_string(count) + " huge pages";
  }
}

HugePages::~HugePages() {
  if (changed_) write_pool(before_);
}

void HugePages::set(uint64_t count) { write_pool(count); }

std::string without_transparent_huge_pages() {
  std::string modes;
  std::getline(std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled"), modes);
  bool on =
      modes.find("[always]") != std::string::npos || modes.find("[madvise]") != std::string::npos;
  return on ? "" : "transparent huge pages are switched off";
}

}  // namespace native_test

#include "paths.h"

#include <filesystem>

namespace native_test {

std::string beside_us(const std::string& name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

}  // namespace native_test

#include "memory_limit.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "eventually.h"

namespace native_test {
namespace {

bool say(const std::string& file, const std::string& text) {
  std::ofstream out(file);
  out << text << std::flush;
  return out.good();
}

}  // namespace

MemoryLimit::MemoryLimit(pid_t pid, uint64_t bytes)
    : folder_("/sys/fs/cgroup/memory/uffdscope-test-" + std::to_string(pid)) {
  // cgroup v2 has no such thing: there the kernel kills.
  bool limited = ::mkdir(folder_.c_str(), 0755) == 0 &&
                 say(folder_ + "/memory.limit_in_bytes", std::to_string(bytes)) &&
                 say(folder_ + "/memory.oom_control", "1") &&
                 say(folder_ + "/cgroup.procs", std::to_string(pid));
  if (!limited) missing_ = "no cgroup v1 whose OOM killer can be switched off";
}

MemoryLimit::~MemoryLimit() {
  (void)eventually([&] { return ::rmdir(folder_.c_str()) == 0 || errno == ENOENT; });
}

}  // namespace native_test

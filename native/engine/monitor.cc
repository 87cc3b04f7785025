#include "engine/monitor.h"

#include <unistd.h>

#include <string_view>

#include "kernel/fdinfo.h"

namespace uffdscope {

int64_t unread_faults(const Monitor& m) {
  char text[512];
  ssize_t n = ::pread(m.fdinfo.get(), text, sizeof text, 0);
  if (n <= 0) return -1;
  auto info = parse_uffd_fdinfo(std::string_view(text, static_cast<size_t>(n)));
  return info ? static_cast<int64_t>(info->pending) : -1;
}

}  // namespace uffdscope

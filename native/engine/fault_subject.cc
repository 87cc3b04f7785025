#include "engine/fault_subject.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "kernel/unique_fd.h"

namespace uffdscope {

std::string_view FaultText::get(TextField field) const {
  if (field == TextField::comm) return comm();
  if (!range_) return {};
  switch (field) {
    case TextField::range_name:
      return range_->name;
    case TextField::backing:
      return range_->path;
    case TextField::prot:
      return range_->prot;
    default:
      return {};
  }
}

/// The thread's name now; empty when it is not known which thread faults.
std::string_view FaultText::comm() const {
  if (fault_.tid == 0) return {};
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%u/task/%u/comm", fault_.pid, fault_.tid);
  UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  ssize_t n = fd ? ::read(fd.get(), comm_, sizeof comm_) : -1;
  if (n <= 0) return {};
  return {comm_, static_cast<size_t>(comm_[n - 1] == '\n' ? n - 1 : n)};
}

}  // namespace uffdscope

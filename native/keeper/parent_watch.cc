#include "keeper/parent_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "kernel/pidfd.h"
#include "kernel/procfs.h"

namespace uffdscope {

Result<ParentWatch> ParentWatch::open(pid_t pid) {
  ParentWatch watch;
  watch.pid_ = pid;
  auto pidfd = pidfd_open(pid);
  if (!pidfd) return std::unexpected(pidfd.error());
  watch.pidfd_ = std::move(*pidfd);
  watch.stat_.reset(
      ::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  // Asked last: whoever still is our parent now is the process behind both descriptors.
  if (::getppid() != pid || !watch.stat_) return std::unexpected(KernelError{"parent", ESRCH});
  return watch;
}

bool ParentWatch::dead() const { return has_ended(pidfd_.get()); }

bool ParentWatch::stopped() const {
  char text[1024];
  ssize_t length = ::pread(stat_.get(), text, sizeof text, 0);
  if (length <= 0) return false;
  auto stat = parse_stat(std::string_view(text, static_cast<size_t>(length)));
  return stat && (stat->state == 'T' || stat->state == 't');
}

}  // namespace uffdscope

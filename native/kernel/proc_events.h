// New threads and processes as the kernel makes them, before they run (the process connector,
// Documentation/driver-api/connector.rst). For root in the first user and pid namespaces only;
// elsewhere nothing comes.
#pragma once
#include <sys/types.h>

#include <vector>

#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

struct Newborn {
  pid_t parent_pid = 0;  // the process that made it
  pid_t pid = 0, tid = 0;
};

class ProcEvents {
 public:
  /// EPERM, EPROTONOSUPPORT (no CONFIG_PROC_EVENTS), ECONNREFUSED.
  static Result<ProcEvents> open();
  ProcEvents() = default;
  ~ProcEvents();
  ProcEvents(ProcEvents&&) = default;
  ProcEvents& operator=(ProcEvents&&) = default;

  int fd() const { return socket_.get(); }
  /// Those since the last call. `lost`: there were more than the socket could hold.
  std::vector<Newborn> hear(bool& lost);

 private:
  UniqueFd socket_;
};

}  // namespace uffdscope

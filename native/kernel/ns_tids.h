// Thread numbers of a process in another pid namespace. A userfaultfd message names the thread as
// the thread itself knows it (task_pid_vnr() in userfault_msg()): in a container that is another
// number than ours, and perhaps ours of somebody else.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace uffdscope {

class NsTids {
 public:
  /// nullopt: the process lives in our namespace, its numbers are ours.
  static std::optional<NsTids> of(pid_t pid);
  /// Our number of the thread that calls itself `inside`; 0: no thread of the process does.
  uint32_t outside(uint32_t inside, int64_t now_ns);

 private:
  explicit NsTids(pid_t pid) : pid_(pid) {}
  void look();
  pid_t pid_;
  std::unordered_map<uint32_t, uint32_t> outside_;
  int64_t looked_at_ = 0;
};

}  // namespace uffdscope

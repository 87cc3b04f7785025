// A process to take part in (tools/victim.c): its memory is registered, nobody handles its faults,
// and it does what it is told.
#pragma once
#include <sys/types.h>

#include <map>
#include <string>

#include "kernel/userfaultfd.h"

namespace native_test {

struct VictimMemory {
  const char* kind = "anon";  // anon, shared, huge
  size_t pages = 16;
  uint64_t modes = 1;
  uint64_t features = 0;
};

class Victim {
 public:
  explicit Victim(VictimMemory memory = {});
  ~Victim();
  Victim(const Victim&) = delete;

  pid_t pid() const { return pid_; }
  int uffd_number() const { return fd_; }
  /// Our copy of its userfaultfd.
  uffdscope::Userfaultfd uffd() const;
  uint64_t at(size_t page) const { return start_ + page * unit_; }
  uint64_t unit() const { return unit_; }
  size_t pages() const { return pages_; }

  /// Tells it something; returns the number of the order.
  int order(const std::string& what, long page = 0, long more = 0);
  int reads(size_t page) { return order("read", static_cast<long>(page)); }
  int writes(size_t page, uint8_t byte) { return order("write", static_cast<long>(page), byte); }
  /// What came of it ("119", "signal 7"); "" when it is not over after five seconds, or at once
  /// where it is gone.
  std::string result(int order);
  /// Has it ended by now?
  bool over(int order);

  void kill();  // and waits for its end
  void exec();  // and waits until its memory is gone

 private:
  bool hear(int within_ms);
  uffdscope::UniqueFd input_, output_;
  pid_t pid_ = -1;
  int fd_ = -1, last_ = 0;
  uint64_t start_ = 0, unit_ = 0;
  size_t pages_ = 0;
  std::string text_;
  std::map<int, std::string> results_;
};

}  // namespace native_test

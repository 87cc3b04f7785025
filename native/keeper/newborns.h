// Threads that begin while a handler is frozen: one may be a further reader, and read beside us. It
// is met before it has run where the kernel tells of births, and looked at every few milliseconds
// of its youth; else the lookout comes round to it.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "kernel/proc_events.h"

namespace uffdscope {

class Newborns {
 public:
  /// While anything is armed, and a second longer, since turns come by the hundred. Nothing is
  /// heard of the machine's births otherwise.
  void listen(bool armed, int64_t now);
  int fd() const { return events_.fd(); }
  std::vector<Newborn> hear();
  /// Look at it again and again, at growing distance.
  void follow(const Newborn& newborn, int64_t now);
  int64_t due() const;
  std::vector<Newborn> to_look_at(int64_t now);
  /// May this one be stopped at its birth? Not more than so many a second: a process that starts a
  /// thread for each request pays for each.
  bool may_stop_one(int64_t now);

 private:
  struct Young {
    Newborn who;
    int64_t due = 0, pause = 0;
  };
  ProcEvents events_;
  bool on_ = false;
  int64_t armed_at_ = 0;
  std::vector<Young> young_;
  int64_t second_ = 0;
  int stopped_ = 0;
};

}  // namespace uffdscope

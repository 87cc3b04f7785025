// All threads that the keeper traces, with the monitors that want each of them held. One thread may
// read several uffds: it is frozen once and let go when the last monitor thaws.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "keeper/frozen_thread.h"

namespace uffdscope {

class Freezer {
 public:
  /// What a call of this thread means for these monitors' uffds.
  using Judge = std::function<FrozenThread::Meaning(const MonitorSet&, pid_t pid, pid_t tid,
                                                    const SystemCall& call)>;
  explicit Freezer(Judge judge) : judge_(std::move(judge)) {}

  struct Refusal {
    KeeperRefusal why;
    pid_t pid;
  };
  /// Begin to freeze a thread for a monitor; done when frozen(tid). A thread that is gone, or on
  /// its way out of a former freeze, is no refusal: look again.
  std::optional<Refusal> freeze(uint32_t monitor, pid_t pid, pid_t tid, const SystemCall& seen);
  /// This monitor wants nobody held any more. Returns the threads that no other monitor wants
  /// either; find(tid) stays true for those that are let go at their next stop.
  std::vector<pid_t> release(uint32_t monitor);
  void release_all();

  struct Standing {
    uint32_t frozen = 0, in_transit = 0;
    int64_t longest_stop_ns = 0;
  };
  Standing standing(uint32_t monitor) const;
  const FrozenThread* find(pid_t tid) const;
  /// How often this thread failed to come to its wait since release(monitor).
  unsigned failures(pid_t tid) const;
  bool empty() const { return threads_.empty(); }
  /// Are there threads that are neither held nor free yet? At any of their stops a call may be
  /// broken until it is mended: whatever takes time waits.
  bool moving() const;
  /// Threads that wait to be let go at their next stop; nothing else is traced when idle.
  size_t leaving() const;

  /// SIGCHLD: take the reports there are, or a good part of them: threads that run on from call to
  /// call stop faster than anyone can listen. Returns those that died while they were traced.
  struct Death {
    pid_t tid;
    MonitorSet wanted_by;
  };
  std::vector<Death> reap();
  bool more_to_reap() const { return more_; }
  void on_time(int64_t now);
  int64_t due() const;

 private:
  void drop(uint32_t monitor, FrozenThread& thread);
  Judge judge_;
  std::map<pid_t, FrozenThread> threads_;
  std::map<pid_t, unsigned> failures_;
  bool more_ = false;
};

}  // namespace uffdscope

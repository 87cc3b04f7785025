// Every userfaultfd on the machine, seen through /proc alone: no message is read, no thread
// stopped, no fault raised.
#pragma once
#include <vector>

#include "kernel/scan_fds.h"
#include "kernel/scan_threads.h"
#include "kernel/smaps.h"

namespace uffdscope {

/// A process that holds a userfaultfd, or has memory registered with one.
struct ScannedProcess {
  ProcStat stat;
  std::vector<RegisteredRange> ranges;
  bool ranges_known = false;  // false: smaps could not be read
  /// The lowest pid here that shares this memory (CLONE_VM without CLONE_THREAD), itself mostly.
  int memory = 0;
  /// Threads that could still answer a fault: not asleep in one themselves.
  int free_threads = 0;
};

struct ScanResult {
  std::vector<HeldUffd> held;             // by pid, then fd
  std::vector<ScannedProcess> processes;  // by pid
  std::vector<WaitingThread> waiting;     // by tid
  std::vector<ReadingThread> reading;     // by tid
  int looked_at = 0;                      // processes with memory of their own
  int refused = 0;                        // of these, processes whose descriptors we may not see
  int half_refused =
      0;  // processes whose descriptors we saw but whose memory or threads we may not
  bool all_memories = false;  // smaps of every process was read, not only of those that hold a uffd
};

struct ScanOptions {
  /// Read smaps of every process even where the holders explain everything.
  bool all_memories = false;
  unsigned threads = 0;  // 0: one a processor, four at most
};

ScanResult scan_machine(const ScanOptions& options);

}  // namespace uffdscope

// What happened, in order, for those who read along: headless lines, the screen's events, a
// recorder. Bounded: what is overwritten before it was read is counted as lost by the reader, who
// sees the gap in the numbers.
#pragma once
#include "engine/clock.h"
#include "engine/fault_record.h"
#include "engine/ring.h"

namespace uffdscope {

class EventLog {
 public:
  explicit EventLog(size_t capacity_log2) : ring_(capacity_log2) {}
  Ring<LogRecord>& ring() { return ring_; }

  struct Entry {
    LogType type;
    uint32_t monitor = 0;
    uint64_t seq = 0;
    uint64_t a = 0, b = 0, c = 0;
    uint32_t pid = 0;
    uint32_t by_id = 0;
    int32_t err = 0;
    Action action = Action::none;
    By by = By::none;
  };
  void add(const Entry& e, int64_t t = now_ns()) {
    LogRecord& r = ring_.begin();
    r.t = t;
    r.type = e.type;
    r.monitor = e.monitor;
    r.seq = e.seq;
    r.a = e.a;
    r.b = e.b;
    r.c = e.c;
    r.pid = e.pid;
    r.by_id = e.by_id;
    r.err = e.err;
    r.action = e.action;
    r.by = e.by;
    ring_.publish(r);
  }

 private:
  Ring<LogRecord> ring_;
};

}  // namespace uffdscope

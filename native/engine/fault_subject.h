// A fault as a filter program asks about it.
#pragma once
#include <cstdint>

#include "engine/fault_record.h"
#include "engine/filter_program.h"
#include "engine/range_table.h"

namespace uffdscope {

/// Texts of a fault, looked up when a test comes to them. `range` may be null.
class FaultText final : public SubjectText {
 public:
  FaultText(const FaultRecord& fault, const RangeInfo* range) : fault_(fault), range_(range) {}
  std::string_view get(TextField field) const override;

 private:
  std::string_view comm() const;
  const FaultRecord& fault_;
  const RangeInfo* range_;
  mutable char comm_[32];
};

/// Its numbers. `t` counts from `session_start` (ns).
inline FaultSubject subject_of(const FaultRecord& f, const RangeInfo* range,
                               int64_t session_start) {
  FaultSubject s;
  s.addr = f.address;
  s.page = f.page;
  if (range) s.off = f.address - range->start;
  s.pid = f.pid;
  if (f.tid) s.tid = f.tid;
  s.t = static_cast<uint64_t>(f.read_at - session_start);
  s.seq = f.seq;
  s.hits = f.hits;
  s.kind = static_cast<uint64_t>(f.kind);
  s.access = static_cast<uint64_t>(f.access);
  return s;
}

}  // namespace uffdscope

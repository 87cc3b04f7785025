// What to do with a fault that was just read. Chosen by the operator, looked up by the engine
// thread.
#pragma once
#include <cstdint>
#include <memory>

#include "engine/fault_record.h"
#include "engine/range_table.h"
#include "engine/source.h"
#include "keeper/protocol.h"

namespace uffdscope {

enum class Default : uint8_t { hold, zero, source, pass, wake, poison };

/// Does the hold take this fault? Called on the engine thread for every fault while a hold is on.
class FaultFilter {
 public:
  virtual ~FaultFilter() = default;
  virtual bool matches(const FaultRecord& fault, const RangeInfo* range) const = 0;
};

struct Policy {
  Default fallback = Default::hold;
  std::shared_ptr<Source> source;  // of Default::source
  bool hold_on = false;
  std::shared_ptr<FaultFilter> hold_filter;  // null: every fault
  int64_t max_hold_ns = 0;                   // 0: no limit
  uint64_t granularity = 0;                  // bytes answered at once, 0: one page
  bool own_events = false;
  bool compete = false;
  bool forgotten =
      false;           // what a handler read and did not answer is nobody's: the operator's word
  bool named = false;  // the operator asked for this default: we stay armed for it, even to pass
                       // every fault on

  /// Does the operator's hold take it? The default may hold it all the same.
  bool takes(const FaultRecord& f, const RangeInfo* r) const {
    return hold_on && (!hold_filter || hold_filter->matches(f, r));
  }

  /// For forked children, who have nobody once we are gone. A source that is more than one byte
  /// goes with us: they wait then.
  WardAnswer for_wards() const {
    using What = WardAnswer::What;
    if (fallback == Default::zero) return {What::fill, 0};
    if (fallback == Default::poison) return {What::poison, 0};
    auto byte = fallback == Default::source && source ? source->every_byte() : std::nullopt;
    return byte ? WardAnswer{What::fill, *byte} : WardAnswer{};
  }
};

}  // namespace uffdscope

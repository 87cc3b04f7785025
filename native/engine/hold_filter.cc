#include "engine/hold_filter.h"

#include <unordered_map>

#include "engine/fault_subject.h"

namespace uffdscope {
namespace {

class HoldFilter final : public FaultFilter {
 public:
  HoldFilter(FilterProgram program, int64_t start) : program_(std::move(program)), start_(start) {}

  bool matches(const FaultRecord& f, const RangeInfo* range) const override {
    const FaultSubject s = subject_of(f, range, start_);
    return program_.matches(s, FaultText(f, range), range ? &kept_[range->id] : nullptr);
  }

 private:
  FilterProgram program_;
  int64_t start_;
  /// A range keeps its id only as long as name, path and protection are the same
  /// (RangeTable::merge).
  mutable std::unordered_map<uint32_t, RangeVerdicts> kept_;
};

}  // namespace

std::expected<std::shared_ptr<FaultFilter>, std::string> load_hold_filter(
    std::span<const uint8_t> bytes, int64_t session_start) {
  auto program = FilterProgram::load(bytes);
  if (!program) return std::unexpected(program.error());
  return std::make_shared<HoldFilter>(std::move(*program), session_start);
}

}  // namespace uffdscope

#include "engine/hold_filter.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <unordered_map>

#include "engine/filter_program.h"
#include "kernel/unique_fd.h"

namespace uffdscope {
namespace {

class FaultText final : public SubjectText {
 public:
  FaultText(const FaultRecord& fault, const RangeInfo* range) : fault_(fault), range_(range) {}
  std::string_view get(TextField field) const override {
    if (field == TextField::comm) return comm();
    if (!range_) return {};
    switch (field) {
      case TextField::range_name:
        return range_->name;
      case TextField::backing:
        return range_->path;
      case TextField::prot:
        return range_->prot;
      default:
        return {};
    }
  }

 private:
  /// The thread's name now; empty when it is not known which thread faults.
  std::string_view comm() const {
    if (fault_.tid == 0) return {};
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%u/task/%u/comm", fault_.pid, fault_.tid);
    UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
    ssize_t n = fd ? ::read(fd.get(), comm_, sizeof comm_) : -1;
    if (n <= 0) return {};
    return {comm_, static_cast<size_t>(comm_[n - 1] == '\n' ? n - 1 : n)};
  }
  const FaultRecord& fault_;
  const RangeInfo* range_;
  mutable char comm_[32];
};

class HoldFilter final : public FaultFilter {
 public:
  HoldFilter(FilterProgram program, int64_t start) : program_(std::move(program)), start_(start) {}

  bool matches(const FaultRecord& f, const RangeInfo* range) const override {
    FaultSubject s;
    s.addr = f.address;
    s.page = f.page;
    if (range) s.off = f.address - range->start;
    s.pid = f.pid;
    if (f.tid) s.tid = f.tid;
    s.t = static_cast<uint64_t>(f.read_at - start_);
    s.seq = f.seq;
    s.hits = f.hits;
    s.kind = static_cast<uint64_t>(f.kind);
    s.access = static_cast<uint64_t>(f.access);
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

#include "engine/recording/replay.h"

#include <algorithm>
#include <cerrno>

namespace uffdscope::recording {
namespace {

class RecordedSource final : public Source {
 public:
  RecordedSource(uint64_t offset, std::vector<uint8_t> bytes)
      : offset_(offset), bytes_(std::move(bytes)) {}
  Result<void> fill(uint64_t at, std::span<uint8_t> into) override {
    const uint8_t* from = ready(at, into.size());
    if (!from) return std::unexpected(KernelError{"recording", ENODATA, at, into.size()});
    std::copy_n(from, into.size(), into.begin());
    return {};
  }
  const uint8_t* ready(uint64_t at, size_t length) override {
    if (at < offset_ || at - offset_ > bytes_.size() || length > bytes_.size() - (at - offset_))
      return nullptr;
    return bytes_.data() + (at - offset_);
  }

 private:
  uint64_t offset_;
  std::vector<uint8_t> bytes_;
};

}  // namespace

std::unique_ptr<Source> recorded_source(uint64_t offset, std::vector<uint8_t> bytes) {
  return std::make_unique<RecordedSource>(offset, std::move(bytes));
}

void ReplayTable::add(const std::string& range, uint64_t offset, ReplayStep step) {
  auto [page, fresh] = ranges_[range].try_emplace(offset);
  if (fresh) ++pages_;
  page->second.steps.push_back(std::move(step));
}

const ReplayStep* ReplayTable::find(const FaultRecord& f, const RangeInfo* range) {
  if (!range) {
    diverge(f, Divergence::no_range);
    return nullptr;
  }
  if (!last_name_ || *last_name_ != range->name) {
    auto it = ranges_.find(range->name);
    if (it == ranges_.end()) {
      diverge(f, Divergence::no_range);
      return nullptr;
    }
    last_name_ = &it->first;
    last_ = &it->second;
  }
  auto it = last_->find(f.page - range->start);
  if (it == last_->end()) {
    diverge(f, Divergence::no_page);
    return nullptr;
  }
  Page& page = it->second;
  if (!page.touched) {
    page.touched = true;
    touched_.fetch_add(1, std::memory_order_relaxed);
  }
  if (f.hits == 0 || f.hits > page.steps.size()) {
    diverge(f, Divergence::too_often);
    return nullptr;
  }
  const ReplayStep& step = page.steps[f.hits - 1];
  if (step.kind != f.kind) {
    diverge(f, Divergence::kind);
    return nullptr;
  }
  matched_.fetch_add(1, std::memory_order_relaxed);
  return &step;
}

void ReplayTable::diverge(const FaultRecord& f, Divergence why) {
  diverged_.fetch_add(1, std::memory_order_relaxed);
  if (first() != 0) return;
  why_.store(why, std::memory_order_relaxed);
  first_.store(f.seq, std::memory_order_release);
}

}  // namespace uffdscope::recording

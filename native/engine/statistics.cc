#include "engine/statistics.h"

#include <algorithm>

namespace uffdscope {
namespace {

/// One writer: no locked instruction on a fault's way.
void add(std::atomic<uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

Statistics::~Statistics() {
  for (auto& of_kind : latency_)
    for (auto& histogram : of_kind) delete histogram.load();
}

Statistics::Thread& Statistics::thread(const FaultRecord& f) {
  if (last_ && last_->tid == f.tid) return *last_;
  const bool room = threads_.size() < kMaxThreads || threads_.contains(f.tid);
  const uint32_t tid = room ? f.tid : 0;
  last_ = &threads_[tid];
  last_->tid = tid;
  if (tid) last_->pid = f.pid;
  return *last_;
}

void Statistics::faulted(const FaultRecord& f) {
  add(faults_[static_cast<size_t>(f.kind)][static_cast<size_t>(f.access)]);
  ++thread(f).faults;
}

void Statistics::answered(const FaultRecord& f) {
  add(answers_[static_cast<size_t>(f.action)][static_cast<size_t>(f.by)]);
  auto& slot = latency_[static_cast<size_t>(f.kind)][static_cast<size_t>(f.action)];
  Histogram* histogram = slot.load(std::memory_order_relaxed);
  if (!histogram) {
    histogram = new Histogram();
    slot.store(histogram, std::memory_order_release);
  }
  const int64_t took = f.answered_at - f.read_at;
  histogram->record(took);
  Thread& t = thread(f);
  ++t.answered;
  const uint64_t ns = took < 0 ? 0 : static_cast<uint64_t>(took);
  t.waited_ns += ns;
  t.longest_ns = std::max(t.longest_ns, ns);
}

std::vector<Statistics::Thread> Statistics::top_threads(size_t count) const {
  std::vector<Thread> all;
  for (const auto& [tid, t] : threads_) all.push_back(t);
  count = std::min(count, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                    [](const Thread& a, const Thread& b) {
                      return a.faults != b.faults ? a.faults > b.faults : a.tid < b.tid;
                    });
  all.resize(count);
  return all;
}

}  // namespace uffdscope

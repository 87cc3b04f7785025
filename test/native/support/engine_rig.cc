#include "engine_rig.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <sstream>

#include "eventually.h"
#include "kernel/fdinfo.h"
#include "kernel/procfs.h"
#include "needs.h"
#include "paths.h"

namespace native_test {

std::string without_keeper() {
  if (::access(beside_us("uffdscope-keeper").c_str(), X_OK) != 0) return "the keeper is not built";
  return without_privilege();
}

RangeInfo range_of(const Victim& victim, uint64_t modes) {
  RangeInfo range;
  range.pid = victim.pid();
  range.start = victim.at(0);
  range.end = victim.at(victim.pages());
  range.modes = modes;
  range.page_shift = static_cast<uint32_t>(std::countr_zero(victim.unit()));
  range.prot = "rw-p";
  return range;
}

Policy holding(Default fallback) {
  Policy policy;
  policy.fallback = fallback;
  policy.hold_on = true;
  return policy;
}

EngineRig::EngineRig(const Victim& victim, Policy policy, size_t faults_log2)
    : engine(beside_us("uffdscope-keeper"), std::move(policy), faults_log2, 12), victim_(victim) {
  auto started = engine.start();
  REQUIRE_MESSAGE(started.has_value(), "the engine did not start");
  auto uffd = victim.uffd();
  std::string path = "/proc/self/fdinfo/" + std::to_string(uffd.fd());
  auto text = read_proc_file(AT_FDCWD, path.c_str());
  auto info = text ? parse_uffd_fdinfo(*text) : std::nullopt;
  REQUIRE(info);
  REQUIRE(engine.add_monitor(uffd.take(), victim.pid(), info->ino, info->features,
                             info->nonblocking(), {range_of(victim)}));
}

HandlerState EngineRig::arm() {
  std::promise<HandlerState> armed;
  engine.arm([&](HandlerState h, KeeperRefusal, int32_t) { armed.set_value(h); });
  return armed.get_future().get();
}

std::vector<FaultRecord> EngineRig::held(size_t count) {
  std::vector<FaultTable::Waiting> waiting;
  bool came = eventually([&] { return (waiting = engine.waiting()).size() == count; });
  INFO("waiting: " << waiting.size());
  REQUIRE(came);
  std::vector<FaultRecord> records;
  for (const auto& w : waiting) records.push_back(w.record);
  return records;
}

std::vector<ActOutcome> EngineRig::act(ActRequest request) {
  // Shared, so that an answer after the wait was given up finds its place.
  // No future: it waits inside libstdc++, where ThreadSanitizer does not see that it did.
  struct Reply {
    std::vector<ActOutcome> outcomes;
    std::atomic<bool> came{false};
  };
  auto reply = std::make_shared<Reply>();
  engine.act(std::move(request), [reply](auto outcomes) {
    reply->outcomes = std::move(outcomes);
    reply->came = true;
  });
  bool came = eventually([&] { return reply->came.load(); });
  REQUIRE_MESSAGE(came, "what was asked of the engine is still unanswered");
  return reply->outcomes;
}

std::vector<ActOutcome> EngineRig::act(std::vector<uint64_t> seqs, Action action,
                                       std::shared_ptr<Source> source) {
  ActRequest request;
  request.what = ActRequest::What::fixed;
  request.action = action;
  request.source = std::move(source);
  request.seqs = std::move(seqs);
  return act(std::move(request));
}

std::vector<ActOutcome> EngineRig::answer(std::vector<uint64_t> seqs) {
  ActRequest request;
  request.seqs = std::move(seqs);
  return act(std::move(request));
}

std::vector<ActOutcome> EngineRig::delay(std::vector<uint64_t> seqs, int64_t ns) {
  ActRequest request;
  request.what = ActRequest::What::delay;
  request.delay_ns = ns;
  request.seqs = std::move(seqs);
  return act(std::move(request));
}

uint64_t EngineRig::release(bool leave) {
  std::promise<Released> released;
  engine.release(leave, [&](Released r) { released.set_value(r); });
  return released.get_future().get().pages;
}

FaultRecord EngineRig::record(uint64_t seq) {
  FaultRecord found{};
  on_engine([&] {
    if (const FaultRecord* r = engine.faults().find(seq)) found = *r;
  });
  REQUIRE(found.seq == seq);
  return found;
}

std::vector<LogRecord> EngineRig::log(LogType type) {
  std::vector<LogRecord> found;
  on_engine([&] {
    auto& ring = engine.log().ring();
    for (uint64_t n = ring.first(); n <= ring.last(); ++n) {
      const LogRecord* r = ring.find(n);
      if (r && r->type == type) found.push_back(*r);
    }
  });
  return found;
}

std::vector<Notice> EngineRig::notices() {
  std::vector<Notice> found;
  for (const auto& r : log(LogType::note)) found.push_back(static_cast<Notice>(r.a));
  return found;
}

uint64_t EngineRig::count(const std::atomic<uint64_t>& counter, uint64_t at_least) {
  (void)eventually([&] { return counter.load() >= at_least; });
  return counter.load();
}

std::string EngineRig::ranges() {
  settle();
  uint64_t version;
  std::ostringstream text;
  for (const auto& r : engine.ranges(1, version)) {
    if (text.tellp() > 0) text << ' ';
    text << r.name << '@';
    bool near = r.start >= victim_.at(0) && r.start < victim_.at(victim_.pages());
    near ? text << (r.start - victim_.at(0)) / victim_.unit() : text << "elsewhere";
    text << '+' << (r.end - r.start) / victim_.unit();
  }
  return text.str();
}

}  // namespace native_test

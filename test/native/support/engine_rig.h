// A real engine with its real keeper that takes part in a victim, and what a test asks of them.
#pragma once
#include <future>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "victim.h"

namespace native_test {

using namespace uffdscope;

/// Why the engine can't be tried here; empty: it can.
std::string without_keeper();

class EngineRig {
 public:
  EngineRig(const Victim& victim, Policy policy, size_t faults_log2 = 12);

  Engine engine;

  /// Takes part; what is known of the handler then.
  HandlerState arm();
  /// Waits until so many faults wait for an answer, and gives them, oldest first.
  std::vector<FaultRecord> held(size_t count);
  /// One thing for these faults; waits for what came of it.
  std::vector<ActOutcome> act(std::vector<uint64_t> seqs, Action action,
                              std::shared_ptr<Source> source = nullptr);
  std::vector<ActOutcome> act(ActRequest request);
  /// The policy's own answer, now or after a delay.
  std::vector<ActOutcome> answer(std::vector<uint64_t> seqs);
  std::vector<ActOutcome> delay(std::vector<uint64_t> seqs, int64_t ns);
  uint64_t release(bool leave);
  /// Does something on the engine thread, after all that was asked of it before, and waits for it.
  template <class Do>
  void on_engine(Do what) {
    std::promise<void> done;
    engine.change_policy([&](Policy&) {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }
  void settle() {
    on_engine([] {});
  }
  /// The record of a fault as readers see it.
  FaultRecord record(uint64_t seq);
  std::vector<LogRecord> log(LogType type);
  std::vector<Notice> notices();
  uint64_t count(const std::atomic<uint64_t>& counter, uint64_t at_least);
  std::string ranges();  // "anon[0]@0+16 …" in pages from the victim's first

 private:
  const Victim& victim_;
};

/// The registered range of a victim, as its maps say.
RangeInfo range_of(const Victim& victim, uint64_t modes = 1);
Policy holding(Default fallback = Default::hold);

}  // namespace native_test

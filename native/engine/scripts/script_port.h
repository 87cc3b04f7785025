// The engine's side of one script process.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/histogram.h"
#include "engine/policy.h"
#include "engine/scripts/script_share.h"
#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

/// Why a script is not asked any more. Read by JavaScript (session/script/script-book.ts).
enum class ScriptOff : uint8_t { no, endless, misses, ended, by_hand };

class ScriptPort {
 public:
  /// The shared memory and the two bells, each an eventfd. `id`: the script's number.
  static Result<std::shared_ptr<ScriptPort>> make(uint32_t id, uint64_t seed, uint64_t key);
  ~ScriptPort();
  ScriptPort(const ScriptPort&) = delete;
  ScriptPort& operator=(const ScriptPort&) = delete;

  const uint32_t id;
  int memory_fd() const { return memory_.get(); }
  int asked_fd() const { return asked_bell_.get(); }
  int answered_fd() const { return answered_bell_.get(); }
  int process_fd() const { return process_.get(); }

  /// Before it is given to the engine.
  Result<void> of_process(pid_t pid);
  std::shared_ptr<FaultFilter> filter;  // null: every fault
  bool asks_faults = false;             // has an onFault
  int64_t deadline_ns = 0;

  /// Engine thread from here on. False: its queue is full, it is far behind.
  bool offer(uint32_t place, const FaultRecord& f, const RangeInfo* range, bool far);
  /// A place that it has answered: null where that was withdrawn meanwhile, so nothing is to be
  /// done.
  bool take(uint32_t& place);
  const ScriptPlace& place(uint32_t n) const { return share_->places[n]; }
  const uint8_t* bytes(uint32_t n) const { return share_->bytes[n]; }
  /// After this the process can do nothing about the place any more, if need be since it is dead.
  void take_back(uint32_t place);
  /// Where it is at the ioctl, wait until it has told of it.
  void let_finish(uint32_t place);
  bool sleeps_on_answers() { return share_->answered.go_to_sleep(); }
  void hear_bell();
  /// It is in the same call of JavaScript since this long, ns; 0: it waits for work.
  int64_t busy_for(int64_t now) const;
  void kill();

  /// Failures without a good answer in between.
  uint32_t failures_in_a_row = 0;
  size_t outstanding = 0;

  struct Counts {
    std::atomic<uint64_t> asked{0}, answered{0}, passed_on{0}, failed{0}, missed{0};
    std::atomic<ScriptOff> off{ScriptOff::no};
    std::atomic<bool> parted{false};  // replaced, and it has nothing of the engine's any more
  } counts;
  /// ns from the question to the answer.
  Histogram took;
  bool works() const { return counts.off.load(std::memory_order_relaxed) == ScriptOff::no; }

 private:
  explicit ScriptPort(uint32_t number) : id(number) {}
  UniqueFd memory_, asked_bell_, answered_bell_, process_;
  ScriptShare* share_ = nullptr;
  uint64_t offers_ = 0;
};

}  // namespace uffdscope

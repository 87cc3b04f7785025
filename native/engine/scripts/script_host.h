// The script's side of the shared memory, in its own process: takes questions, answers them by the
// ioctl right there where it can, and hands the rest to the engine.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/scripts/script_share.h"
#include "engine/source.h"
#include "kernel/result.h"
#include "kernel/userfaultfd.h"

namespace uffdscope {

/// What came of an answer.
enum class ScriptAnswer : uint8_t {
  given,
  late,    // it was withdrawn: the deadline passed, or the fault ended without us
  failed,  // the kernel refused, or the source had no bytes; the engine has it back
};

class ScriptHost {
 public:
  /// `memory`, bells and `uffd` are inherited; `journal` is the one shared with the keeper, read
  /// only.
  static Result<ScriptHost> open(int memory, UniqueFd asked_bell, UniqueFd answered_bell,
                                 UniqueFd uffd, int journal);

  int bell() const { return asked_bell_.get(); }
  void hear_bell();
  bool take(uint32_t& place);
  /// False: something came meanwhile.
  bool sleep() { return share_->asked.go_to_sleep(); }
  void busy(bool on);

  ScriptShare& share() { return *share_; }
  uint64_t turn(uint32_t place) const {
    return share_->places[place].turn.load(std::memory_order_acquire) >> 8;
  }

  /// `offer`: the number that the place had when it was taken.
  ScriptAnswer answer(uint32_t place, uint64_t offer, Action action, Source* source);
  ScriptAnswer wish(uint32_t place, uint64_t offer, ScriptWish wish, int64_t delay_ns);
  /// Does this question still wait for an answer?
  bool waits(uint32_t place, uint64_t offer) const;

 private:
  bool claim(ScriptPlace& p, uint64_t offer);
  ScriptAnswer hand_over(ScriptPlace& p, uint32_t place, uint64_t offer);
  std::optional<std::span<const uint8_t>> bytes_of(Source& source, const ScriptPlace& p);

  ScriptShare* share_ = nullptr;
  const Journal* journal_ = nullptr;
  UniqueFd asked_bell_, answered_bell_;
  Userfaultfd uffd_;
  std::vector<uint8_t> buffer_;
};

}  // namespace uffdscope

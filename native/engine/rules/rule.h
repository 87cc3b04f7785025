// A rule as the engine runs it. native/session/rules/rule.ts says the same in words.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/fault_record.h"
#include "engine/filter_program.h"
#include "engine/source.h"

namespace uffdscope {

/// What a rule ends in. `none`: it only changes how the answer is given.
enum class RuleAction : uint8_t {
  none,
  zero,
  copy,
  continue_,
  unprotect,
  hold,
  poison,
  wake,
  pass,
  script,
};

struct DelaySpec {
  enum class Law : uint8_t { none, fixed, normal, exp, uniform, pareto } law = Law::none;
  double a = 0;  // ns: base, mean, least
  double b = 0;  // ns: jitter, deviation, most; of pareto its shape
};

struct Damage {
  enum class What : uint8_t { flip, xor_, fill, off } what;
  uint64_t n = 0;              // bits, byte, or offset
  std::vector<uint8_t> bytes;  // of off
};

/// Counted from 1: first..last in steps of `step`.
struct When {
  uint64_t first = 1;
  uint64_t last = std::numeric_limits<uint64_t>::max();
  uint64_t step = 1;
  bool takes(uint64_t n) const { return n >= first && n <= last && (n - first) % step == 0; }
};

enum class Scope : uint8_t { rule, thread, page };

struct Rule {
  uint32_t id = 0;
  uint64_t key = 0;                     // what draws hang on: a hash of its name or text
  std::optional<FilterProgram> filter;  // none: every fault
  RuleAction action = RuleAction::none;
  std::shared_ptr<Source> source;  // of copy
  uint32_t script = 0;             // of script: index of the session's scripts
  DelaySpec delay;
  std::vector<Damage> damage;
  uint32_t short_bytes = 0;  // 0: all
  bool nowake = false;
  int64_t nowake_ns = 0;  // 0: until the rule goes
  bool duplicate = false;
  bool spurious = false;
  uint32_t reorder = 0;
  std::optional<When> when;
  double prob = 1;
  Scope per = Scope::rule;
  uint64_t limit = 0;  // 0: none

  /// Can its action answer this kind at all? If not, the rules behind it are asked.
  bool can(Kind kind) const {
    switch (action) {
      case RuleAction::copy:
        return kind == Kind::missing;
      case RuleAction::continue_:
        return kind == Kind::minor;
      case RuleAction::unprotect:
        return kind == Kind::wp;
      case RuleAction::poison:
        return kind != Kind::wp;
      default:
        return true;
    }
  }
  /// Does it ask how often the page has faulted, or draw?
  bool draws() const {
    return prob < 1 || delay.b > 0 || delay.law > DelaySpec::Law::fixed || !damage.empty() ||
           reorder > 0;
  }
};

}  // namespace uffdscope

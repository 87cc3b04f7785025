// Every random number of a rule: a hash of the session's seed, the rule, the page's place in its
// range, how often the page has faulted, and which draw it is. Nothing is kept between faults, so
// the same seed decides the same whatever the order of threads, and an address that differs from
// run to run (ASLR) changes nothing.
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

#include "engine/rules/rule.h"

namespace uffdscope {

/// splitmix64's finalizer (Steele, Lea, Flood 2014): every bit of the result hangs on every bit
/// given.
constexpr uint64_t mix(uint64_t z) {
  z += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// FNV-1a, for names.
constexpr uint64_t hash_text(std::string_view text) {
  uint64_t h = 0xcbf29ce484222325;
  for (char c : text) h = (h ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return h;
}

class Draws {
 public:
  /// What the draws of all rules about one fault have in common: hashed once a fault, not once a
  /// rule.
  static constexpr uint64_t common(uint64_t seed, uint64_t range, uint64_t page_index,
                                   uint64_t hit) {
    return mix(mix(mix(mix(seed) ^ range) ^ page_index) ^ hit);
  }
  Draws(uint64_t common, uint64_t rule) : state_(mix(common ^ rule)) {}
  Draws(uint64_t seed, uint64_t rule, uint64_t range, uint64_t page_index, uint64_t hit)
      : Draws(common(seed, range, page_index, hit), rule) {}

  uint64_t next() { return mix(state_ ^ mix(++drawn_)); }
  /// [0, 1), 53 bits.
  double share() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// ns, at least 0 and at most a day.
  int64_t delay(const DelaySpec& d) {
    constexpr double kDay = 86400e9;
    double ns = 0;
    switch (d.law) {
      case DelaySpec::Law::none:
        return 0;
      case DelaySpec::Law::fixed:
        ns = d.b > 0 ? d.a + (2 * share() - 1) * d.b : d.a;
        break;
      case DelaySpec::Law::uniform:
        ns = d.a + share() * (d.b - d.a);
        break;
      case DelaySpec::Law::exp:
        ns = -d.a * std::log1p(-share());
        break;
      case DelaySpec::Law::normal: {  // Box and Muller
        double radius = std::sqrt(-2 * std::log1p(-share()));
        ns = d.a + d.b * radius * std::cos(2 * std::numbers::pi * share());
        break;
      }
      case DelaySpec::Law::pareto:
        ns = d.a / std::pow(1 - share(), 1 / d.b);
        break;
    }
    return ns > 0 ? static_cast<int64_t>(ns < kDay ? ns : kDay) : 0;
  }

 private:
  uint64_t state_;
  uint64_t drawn_ = 0;
};

}  // namespace uffdscope

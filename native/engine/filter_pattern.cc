#include "engine/filter_pattern.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/filter_text.h"

namespace uffdscope {
namespace {

/// What stands before the first and after the last character.
constexpr uint32_t kNothing = ~0u;

bool is_word(uint32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= 'a' && c <= 'z');
}

template <class T>
T read_at(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

std::expected<FilterPattern, const char*> FilterPattern::load(std::string_view bytes) {
  if (bytes.size() < 4) return std::unexpected("has a pattern that is cut short");
  const size_t steps = read_at<uint16_t>(bytes, 0);
  const size_t ranges = read_at<uint16_t>(bytes, 2);
  if (steps == 0 || steps > kMaxSteps || ranges > kMaxRanges)
    return std::unexpected("has a pattern that is too large");
  if (bytes.size() != 4 + 8 * (steps + ranges))
    return std::unexpected("has a pattern of the wrong size");

  FilterPattern pattern;
  pattern.steps_.reserve(steps);
  for (size_t i = 0; i < steps; i++) {
    const size_t at = 4 + 8 * i;
    const Step step{static_cast<Op>(read_at<uint16_t>(bytes, at)), read_at<uint16_t>(bytes, at + 2),
                    read_at<uint16_t>(bytes, at + 4)};
    if (step.op < Op::one_of || step.op > Op::match)
      return std::unexpected("has a pattern with an unknown step");
    const bool jumps = step.op == Op::jump || step.op == Op::split;
    if (jumps && (step.x >= steps || (step.op == Op::split && step.y >= steps)))
      return std::unexpected("has a pattern that leads outside itself");
    if (step.op == Op::one_of && size_t{step.x} + step.y > ranges)
      return std::unexpected("has a pattern with characters outside its table");
    if (!jumps && step.op != Op::match && i + 1 == steps)
      return std::unexpected("has a pattern that runs off its end");
    pattern.steps_.push_back(step);
  }
  pattern.ranges_.reserve(ranges);
  for (size_t i = 0; i < ranges; i++) {
    const size_t at = 4 + 8 * (steps + i);
    pattern.ranges_.push_back({read_at<uint32_t>(bytes, at), read_at<uint32_t>(bytes, at + 4)});
  }
  return pattern;
}

bool FilterPattern::is_one_of(const Step& step, uint32_t character) const noexcept {
  for (size_t i = step.x; i < size_t{step.x} + step.y; i++)
    if (character >= ranges_[i].first && character <= ranges_[i].last) return true;
  return false;
}

bool FilterPattern::matches(std::string_view text) const noexcept {
  std::array<uint32_t, kMaxSteps> seen;  // position at which a step was met last, from 1
  std::fill_n(seen.begin(), steps_.size(), 0u);
  // Every step is followed once a position and pushes at most two others.
  std::array<uint16_t, 3 * kMaxSteps + 1> stack;
  std::array<uint16_t, kMaxSteps> seeds;  // where to go on at the next character
  size_t seed_count = 0;
  uint32_t before = kNothing;
  for (uint32_t position = 1;; position++) {
    const uint32_t after = text.empty() ? kNothing : filter_text::take_character(text);
    size_t top = seed_count;
    std::copy_n(seeds.begin(), seed_count, stack.begin());
    stack[top++] = 0;  // a match may begin at every position
    seed_count = 0;
    while (top > 0) {
      const uint16_t at = stack[--top];
      if (seen[at] == position) continue;
      seen[at] = position;
      const Step& step = steps_[at];
      const auto next = static_cast<uint16_t>(at + 1);
      switch (step.op) {
        case Op::match:
          return true;
        case Op::jump:
          stack[top++] = step.x;
          break;
        case Op::split:
          stack[top++] = step.y;
          stack[top++] = step.x;
          break;
        case Op::start:
          if (before == kNothing) stack[top++] = next;
          break;
        case Op::end:
          if (after == kNothing) stack[top++] = next;
          break;
        case Op::word:
          if (is_word(before) != is_word(after)) stack[top++] = next;
          break;
        case Op::inside:
          if (is_word(before) == is_word(after)) stack[top++] = next;
          break;
        case Op::one_of:
          if (after != kNothing && is_one_of(step, after)) seeds[seed_count++] = next;
          break;
      }
    }
    if (after == kNothing) return false;
    before = after;
  }
}

}  // namespace uffdscope

// A pattern of `~`, compiled by JavaScript (native/session/filter/pattern-program.ts) into steps
// that are all followed at once: a name chosen by the target costs at most its length times the
// number of steps.
//
// Layout, little endian: u16 steps, u16 ranges, steps of {u16 op, u16 x, u16 y, u16 0}, ranges of
// {u32 first, u32 last}.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

namespace uffdscope {

class FilterPattern {
 public:
  static constexpr size_t kMaxSteps = 512;
  static constexpr size_t kMaxRanges = 1024;

  /// The pattern, or the end of a sentence: "has a pattern that …".
  static std::expected<FilterPattern, const char*> load(std::string_view bytes);

  /// Does it match anywhere in the text? Bytes that are no UTF-8 count as U+FFFD.
  bool matches(std::string_view text) const noexcept;

 private:
  enum class Op : uint16_t { one_of = 1, split, jump, start, end, word, inside, match };
  struct Step {
    Op op;
    uint16_t x, y;  // steps to go on with; one_of: ranges x to x + y - 1
  };
  struct Range {
    uint32_t first, last;
  };

  bool is_one_of(const Step& step, uint32_t character) const noexcept;

  std::vector<Step> steps_;
  std::vector<Range> ranges_;
};

}  // namespace uffdscope

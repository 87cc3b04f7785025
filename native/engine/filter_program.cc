#include "engine/filter_program.h"

#include <cstring>
#include <iterator>
#include <utility>

#include "engine/filter_text.h"

namespace uffdscope {
namespace {

constexpr uint32_t kMagic = 0x31504655;  // "UFP1"
constexpr uint16_t kVersion = 1;
constexpr size_t kHeaderBytes = 16;
constexpr size_t kTestBytes = 24;
constexpr size_t kMaxTests = 1024;
constexpr size_t kMaxPool = 65536;
constexpr uint16_t kAccept = 0xffff;
constexpr uint16_t kReject = 0xfffe;
constexpr uint16_t kNotKept = 0xffff;
constexpr uint16_t kMaxKept = 64;

/// In the order of the numbers that programs use for them.
constexpr uint64_t FaultSubject::*kNumbers[] = {
    &FaultSubject::addr, &FaultSubject::page,  &FaultSubject::off, &FaultSubject::pid,
    &FaultSubject::tid,  &FaultSubject::t,     &FaultSubject::seq, &FaultSubject::hits,
    &FaultSubject::kind, &FaultSubject::access};
constexpr uint8_t kTexts = 4;

/// The host is little endian on every machine this runs on (x86-64, arm64).
template <class T>
T read_at(std::span<const uint8_t> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool is_target(uint16_t target, size_t after, size_t count) {
  return target >= kReject || (target > after && target < count);
}

std::string in_test(size_t index, const char* what) {
  return "filter program: test " + std::to_string(index) + " " + what;
}

}  // namespace

std::expected<FilterProgram, std::string> FilterProgram::load(std::span<const uint8_t> bytes) {
  auto refuse = [](const char* what) {
    return std::unexpected(std::string("filter program: ") + what);
  };
  if (bytes.size() < kHeaderBytes) return refuse("shorter than its header");
  if (read_at<uint32_t>(bytes, 0) != kMagic) return refuse("not one");
  if (read_at<uint16_t>(bytes, 4) != kVersion) return refuse("of a version not known here");
  const size_t count = read_at<uint16_t>(bytes, 6);
  const size_t pool = read_at<uint32_t>(bytes, 8);
  if (count > kMaxTests) return refuse("too many tests");
  if (pool > kMaxPool) return refuse("too much text");
  if (bytes.size() != kHeaderBytes + count * kTestBytes + pool) return refuse("of the wrong size");

  FilterProgram program;
  program.entry_ = read_at<uint16_t>(bytes, 12);
  if (program.entry_ < kReject && program.entry_ >= count) return refuse("begins outside itself");
  const auto tail = bytes.subspan(kHeaderBytes + count * kTestBytes);
  program.pool_.assign(tail.begin(), tail.end());
  program.tests_.reserve(count);
  for (size_t i = 0; i < count; i++) {
    const size_t at = kHeaderBytes + i * kTestBytes;
    Test test{.op = static_cast<Op>(bytes[at]),
              .field = bytes[at + 1],
              .kept = read_at<uint16_t>(bytes, at + 2),
              .yes = read_at<uint16_t>(bytes, at + 4),
              .no = read_at<uint16_t>(bytes, at + 6),
              .a = read_at<uint64_t>(bytes, at + 8),
              .b = read_at<uint64_t>(bytes, at + 16)};
    if (std::string wrong = program.check(test, i, count); !wrong.empty())
      return std::unexpected(std::move(wrong));
    program.tests_.push_back(test);
  }
  return program;
}

/// What is wrong with this test, or nothing. Loads its pattern.
std::string FilterProgram::check(Test& test, size_t index, size_t count) {
  if (!is_target(test.yes, index, count) || !is_target(test.no, index, count))
    return in_test(index, "leads backwards or outside");
  if (test.op == Op::span || test.op == Op::mask) {
    if (test.field >= std::size(kNumbers)) return in_test(index, "asks for a number that is none");
    if (test.kept != kNotKept) return in_test(index, "cannot be kept by range");
    if (test.op == Op::span && test.a > test.b) return in_test(index, "has an empty span");
    return "";
  }
  if (test.op < Op::equal || test.op > Op::prefix)
    return in_test(index, "has an unknown operation");
  if (test.field >= kTexts) return in_test(index, "asks for a text that is none");
  const auto field = static_cast<TextField>(test.field);
  if (test.kept != kNotKept && (test.kept >= kMaxKept || field == TextField::comm))
    return in_test(index, "cannot be kept by range");
  if (test.a > pool_.size() || test.b > pool_.size() - test.a)
    return in_test(index, "has its text outside the pool");
  const std::string_view text(pool_.data() + test.a, test.b);
  if (test.op == Op::pattern) {
    auto pattern = FilterPattern::load(text);
    if (!pattern) return in_test(index, pattern.error());
    test.a = patterns_.size();
    patterns_.push_back(std::move(*pattern));
  } else if (!filter_text::well_formed(text)) {
    return in_test(index, "has a text that is not UTF-8");
  }
  needs_ |= 1u << test.field;
  return "";
}

bool FilterProgram::matches(const FaultSubject& fault, const SubjectText& text,
                            RangeVerdicts* kept) const noexcept {
  uint16_t at = entry_;
  while (at < kReject) {
    const Test& test = tests_[at];
    bool yes;
    if (kept == nullptr || test.kept == kNotKept) {
      yes = holds(test, fault, text);
    } else if (const uint64_t bit = 1ull << test.kept; kept->known & bit) {
      yes = kept->value & bit;
    } else {
      yes = holds(test, fault, text);
      kept->known |= bit;
      if (yes) kept->value |= bit;
    }
    at = yes ? test.yes : test.no;
  }
  return at == kAccept;
}

bool FilterProgram::may_match(uint64_t kind, uint64_t access,
                              const SubjectText& text) const noexcept {
  // Which tests can be reached; all lead forward, so one pass tells. kAccept reached: it may match.
  std::vector<bool> reached(tests_.size());
  bool accepts = entry_ == kAccept;
  auto reach = [&](uint16_t target) {
    if (target == kAccept) accepts = true;
    if (target < kReject) reached[target] = true;
  };
  reach(entry_);
  FaultSubject known;
  known.kind = kind;
  known.access = access;
  for (size_t i = 0; i < tests_.size(); ++i) {
    if (!reached[i]) continue;
    const Test& test = tests_[i];
    const bool of_number = test.op == Op::span || test.op == Op::mask;
    const bool is_known = of_number ? kNumbers[test.field] == &FaultSubject::kind ||
                                          kNumbers[test.field] == &FaultSubject::access
                                    : static_cast<TextField>(test.field) != TextField::comm;
    if (is_known) {
      reach(holds(test, known, text) ? test.yes : test.no);
    } else {
      reach(test.yes);
      reach(test.no);
    }
  }
  return accepts;
}

bool FilterProgram::asks_hits() const {
  for (const Test& test : tests_) {
    if ((test.op == Op::span || test.op == Op::mask) && kNumbers[test.field] == &FaultSubject::hits)
      return true;
  }
  return false;
}

bool FilterProgram::holds(const Test& test, const FaultSubject& fault,
                          const SubjectText& text) const noexcept {
  if (test.op == Op::span) {
    const uint64_t value = fault.*kNumbers[test.field];
    return value != kUnknownNumber && value >= test.a && value <= test.b;
  }
  if (test.op == Op::mask) {
    const uint64_t value = fault.*kNumbers[test.field];
    return value < 64 && (test.a >> value) & 1;
  }
  const std::string_view subject = text.get(static_cast<TextField>(test.field));
  if (test.op == Op::pattern) return patterns_[test.a].matches(subject);
  const std::string_view wanted(pool_.data() + test.a, test.b);
  switch (test.op) {
    case Op::equal:
      return filter_text::equal(subject, wanted);
    case Op::contains:
      return filter_text::contains(subject, wanted);
    case Op::range_name:
      return filter_text::is_range_named(subject, wanted);
    case Op::letters:
      return filter_text::has_letters(subject, wanted);
    default:
      return subject.starts_with(wanted);
  }
}

}  // namespace uffdscope

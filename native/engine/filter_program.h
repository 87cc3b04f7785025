// The filter of a hold or rule as the engine runs it: a flat list of tests that JavaScript compiled
// (native/session/filter/to-program.ts). Loading trusts nothing; running allocates nothing and
// visits every test at most once, as all jumps lead forward.
//
// Layout, little endian:
//   header 16   u32 "UFP1", u16 version, u16 tests, u32 bytes of pool, u16 entry, u16 0
//   test   24   u8 op, u8 field, u16 kept, u16 yes, u16 no, u64 a, u64 b
//   pool        texts (well-formed UTF-8) and patterns (filter_pattern.h)
// `entry`, `yes` and `no` are the index of a test, kAccept or kReject. `kept` numbers the tests
// whose answer hangs on the range alone (0..63), or is 0xffff. a and b: least and greatest number;
// bits of a mask; offset and length in the pool.
#pragma once
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/filter_pattern.h"

namespace uffdscope {

/// A number that is not known: no comparison with it holds.
inline constexpr uint64_t kUnknownNumber = ~0ull;

/// What is known of a fault when it is decided about.
struct FaultSubject {
  uint64_t addr = kUnknownNumber;
  uint64_t page = kUnknownNumber;
  uint64_t off = kUnknownNumber;  // of addr in its range
  uint64_t pid = kUnknownNumber;
  uint64_t tid = kUnknownNumber;
  uint64_t t = kUnknownNumber;  // ns since attach
  uint64_t seq = kUnknownNumber;
  uint64_t hits = kUnknownNumber;    // faults on this page, this one included
  uint64_t kind = kUnknownNumber;    // 0 missing, 1 wp, 2 minor (Kind)
  uint64_t access = kUnknownNumber;  // 0 read, 1 write (Access)
};

enum class TextField : uint8_t { range_name, backing, prot, comm };

/// Texts are asked for only when a test comes to them: a thread's name costs a read of /proc.
class SubjectText {
 public:
  /// Valid until the next call. Raw bytes of the kernel; empty where there is none.
  virtual std::string_view get(TextField field) const = 0;

 protected:
  ~SubjectText() = default;
};

/// Answers of the tests that hang on the range alone. Keep one for each pair of range and program;
/// start anew when the range's name, path or protection changes.
struct RangeVerdicts {
  uint64_t known = 0;
  uint64_t value = 0;
};

class FilterProgram {
 public:
  /// The program, or one sentence that says what is wrong with these bytes.
  static std::expected<FilterProgram, std::string> load(std::span<const uint8_t> bytes);

  bool matches(const FaultSubject& fault, const SubjectText& text,
               RangeVerdicts* kept = nullptr) const noexcept;

  /// Can any fault of this kind and access in the range that `text` tells of match? The thread's
  /// name, addresses and counts are taken as unknown. False only where it is certain.
  bool may_match(uint64_t kind, uint64_t access, const SubjectText& text) const noexcept;

  /// Does some test ask how often the page has faulted?
  bool asks_hits() const;

  /// Bit 1 << TextField for every text that some test asks for.
  uint32_t needs() const { return needs_; }
  bool needs(TextField field) const { return (needs_ >> static_cast<unsigned>(field)) & 1; }

 private:
  enum class Op : uint8_t {
    span = 1,
    mask,
    equal,
    contains,
    range_name,
    pattern,
    letters,
    prefix,
  };
  struct Test {
    Op op;
    uint8_t field;
    uint16_t kept, yes, no;
    uint64_t a, b;  // pattern: a is its index in patterns_
  };

  FilterProgram() = default;
  std::string check(Test& test, size_t index, size_t count);
  bool holds(const Test& test, const FaultSubject& fault, const SubjectText& text) const noexcept;

  std::vector<Test> tests_;
  std::vector<FilterPattern> patterns_;
  std::string pool_;
  uint16_t entry_ = 0;
  uint32_t needs_ = 0;
};

}  // namespace uffdscope

// Filter programs written by hand, so that these tests need no compiler.
#pragma once
#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "engine/filter_program.h"

namespace native_test {

using uffdscope::FilterProgram;

constexpr uint16_t kAccept = 0xffff, kReject = 0xfffe, kNotKept = 0xffff;
enum Op : uint8_t { span = 1, mask, equal, contains, range_name, pattern, letters, prefix };
enum Number : uint8_t { addr, page, off, pid, tid, t, seq, hits, kind, access };
enum Text : uint8_t { range, backing, prot, comm };

struct Writer {
  struct Test {
    uint8_t op, field;
    uint16_t kept, yes, no;
    uint64_t a, b;
  };
  std::vector<Test> tests;
  std::string pool;
  uint16_t entry = 0, version = 1;

  Writer& number(Op op, Number field, uint64_t a, uint64_t b, uint16_t yes, uint16_t no) {
    tests.push_back({op, field, kNotKept, yes, no, a, b});
    return *this;
  }
  Writer& text(Op op, Text field, std::string_view wanted, uint16_t kept = kNotKept) {
    tests.push_back({op, field, kept, kAccept, kReject, pool.size(), wanted.size()});
    pool += wanted;
    return *this;
  }
  std::vector<uint8_t> bytes() const {
    std::vector<uint8_t> out;
    auto put = [&](auto value) {
      uint8_t raw[sizeof value];
      std::memcpy(raw, &value, sizeof value);
      out.insert(out.end(), raw, raw + sizeof value);
    };
    put(uint32_t{0x31504655});
    put(version);
    put(static_cast<uint16_t>(tests.size()));
    put(static_cast<uint32_t>(pool.size()));
    put(entry);
    put(uint16_t{0});
    for (const Test& x : tests) {
      put(x.op);
      put(x.field);
      put(x.kept);
      put(x.yes);
      put(x.no);
      put(x.a);
      put(x.b);
    }
    out.insert(out.end(), pool.begin(), pool.end());
    return out;
  }
  FilterProgram load() const {
    auto program = FilterProgram::load(bytes());
    REQUIRE_MESSAGE(program.has_value(), (program ? "" : program.error()));
    return *program;
  }
  std::string refusal() const {
    auto program = FilterProgram::load(bytes());
    return program ? "accepted" : program.error();
  }
};

}  // namespace native_test

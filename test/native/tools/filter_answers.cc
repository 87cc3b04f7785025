// Answers filter programs on stdin, for the property tests that hold both compilers to the same
// answers. A question, little endian: u32 bytes of program, program, u32 subjects, each 10 x u64
// and 4 x (u16 bytes, text). Its answer, one line: "0" or "1" for every subject, or "refused: …".
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/filter_program.h"

using namespace uffdscope;

namespace {

/// Ends the program at the end of input; between questions that is how it is told to stop.
void take(void* to, size_t bytes) {
  if (bytes > 0 && std::fread(to, 1, bytes, stdin) != bytes) std::exit(std::ferror(stdin) ? 1 : 0);
}

template <class T>
T take() {
  T value;
  take(&value, sizeof value);
  return value;
}

struct Texts final : SubjectText {
  std::string text[4];
  std::string_view get(TextField field) const override { return text[static_cast<size_t>(field)]; }
};

char answer(const FilterProgram& program, const FaultSubject& fault, const Texts& texts) {
  RangeVerdicts kept;
  const bool plain = program.matches(fault, texts);
  const bool learned = program.matches(fault, texts, &kept);
  const bool recalled = program.matches(fault, texts, &kept);
  if (plain != learned || plain != recalled) return 'x';  // a kept verdict changed the answer
  return plain ? '1' : '0';
}

}  // namespace

int main() {
  while (true) {
    std::vector<uint8_t> bytes(take<uint32_t>());
    take(bytes.data(), bytes.size());
    const auto program = FilterProgram::load(bytes);
    std::string line = program ? "" : "refused: " + program.error();
    for (uint32_t left = take<uint32_t>(); left > 0; left--) {
      FaultSubject fault;
      for (uint64_t* number : {&fault.addr, &fault.page, &fault.off, &fault.pid, &fault.tid,
                               &fault.t, &fault.seq, &fault.hits, &fault.kind, &fault.access})
        *number = take<uint64_t>();
      Texts texts;
      for (std::string& text : texts.text) {
        text.resize(take<uint16_t>());
        take(text.data(), text.size());
      }
      if (program) line += answer(*program, fault, texts);
    }
    std::puts(line.c_str());
    std::fflush(stdout);
  }
}

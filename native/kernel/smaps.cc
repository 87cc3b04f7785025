#include "kernel/smaps.h"

#include "kernel/abi.h"
#include "kernel/procfs.h"

namespace uffdscope {

namespace {

// Two-letter words after "VmFlags:". fs/proc/task_mmu.c show_smap_vma_flags: um, uw, ui.
uint64_t parse_modes(std::string_view words) {
  uint64_t modes = 0;
  while (!words.empty()) {
    skip_blanks(words);
    std::string_view word = words.substr(0, words.find(' '));
    if (word == "um") modes |= abi::kModeMissing;
    if (word == "uw") modes |= abi::kModeWp;
    if (word == "ui") modes |= abi::kModeMinor;
    words.remove_prefix(word.size());
  }
  return modes;
}

// A longer line is a path of more than PATH_MAX; nothing that follows it could be told apart.
constexpr size_t kLongestLine = 64 * 1024;

}  // namespace

void SmapsParser::feed(std::string_view piece) {
  while (true) {
    size_t end = piece.find('\n');
    if (end == std::string_view::npos) break;
    if (partial_.empty()) {
      line(piece.substr(0, end));
    } else {
      partial_.append(piece.substr(0, end));
      line(partial_);
      partial_.clear();
    }
    piece.remove_prefix(end + 1);
  }
  if (partial_.size() < kLongestLine) partial_.append(piece);
}

std::vector<RegisteredRange> SmapsParser::finish() {
  if (!partial_.empty()) line(partial_);
  partial_.clear();
  return std::move(found_);
}

void SmapsParser::line(std::string_view text) {
  if (text.starts_with("VmFlags:")) {
    uint64_t modes = parse_modes(text.substr(8));
    if (modes != 0)
      if (auto map = parse_maps_line(header_))
        found_.push_back(RegisteredRange{std::move(*map), modes, page_size_});
    header_.clear();
    page_size_ = 0;
  } else if (text.starts_with("KernelPageSize:")) {
    text.remove_prefix(15);
    skip_blanks(text);
    if (auto kib = take_number(text)) page_size_ = *kib * 1024;
  } else if (!text.empty() && (text[0] < 'A' || text[0] > 'Z')) {
    header_ = text;  // a mapping starts with lower-case hex; every property with a capital
  }
}

Result<std::vector<RegisteredRange>> read_registered_ranges(int proc_fd, const std::string& task) {
  SmapsParser parser;
  auto read = stream_proc_file(proc_fd, (task + "/smaps").c_str(), [&](std::string_view piece) {
    parser.feed(piece);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return parser.finish();
}

}  // namespace uffdscope

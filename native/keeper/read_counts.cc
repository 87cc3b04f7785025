#include "keeper/read_counts.h"

#include <optional>
#include <string_view>

#include "engine/clock.h"
#include "engine/journal.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr int64_t kBetweenLooks = 10 * kMilli;
constexpr int64_t kForgetAfter = 60 * kSecond;
constexpr uint64_t kMessage = sizeof(RawMessage);

struct WhatItRead {
  uint64_t bytes = 0, calls = 0;
};

std::optional<WhatItRead> what_it_read(pid_t pid, pid_t tid) {
  auto text = read_proc_file(proc_dir(), (task_path(pid, tid) + "/io").c_str(), 512);
  if (!text) return std::nullopt;
  WhatItRead read;
  for (std::string_view rest(*text); !rest.empty();) {
    std::string_view line = take_line(rest);
    uint64_t* into = line.starts_with("rchar: ")   ? &read.bytes
                     : line.starts_with("syscr: ") ? &read.calls
                                                   : nullptr;
    if (!into) continue;
    line.remove_prefix(7);
    *into = take_number(line).value_or(0);
  }
  return read;
}

}  // namespace

bool ReadCounts::suspect(pid_t pid, pid_t tid, int64_t now) {
  auto [it, first] = counts_.try_emplace(tid);
  Count& count = it->second;
  if (!first && now - count.at < kBetweenLooks) return count.suspect;
  auto read = what_it_read(pid, tid);
  if (!read) return false;
  uint64_t more_bytes = read->bytes - count.bytes, more_calls = read->calls - count.calls;
  // Reads that found nothing count as calls, so 32 is the most there is to a call.
  bool suspect =
      !first && more_calls > 0 && more_bytes % kMessage == 0 && more_bytes <= more_calls * kMessage;
  count = {read->bytes, read->calls, now, suspect};
  return suspect;
}

bool ReadCounts::never_read_a_message(pid_t pid, pid_t tid) {
  auto read = what_it_read(pid, tid);
  return read && read->bytes < kMessage;
}

void ReadCounts::forget_old(int64_t now) {
  std::erase_if(counts_, [&](const auto& entry) { return now - entry.second.at > kForgetAfter; });
}

}  // namespace uffdscope

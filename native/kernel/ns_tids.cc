#include "kernel/ns_tids.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

/// A thread that is not found may have ended, or share the memory without being one of the process.
constexpr int64_t kBetweenLooks = 100'000'000;
constexpr std::string_view kNumbers = "NSpid:";

/// Its number in each namespace, ours first. Empty: it is gone.
std::vector<uint32_t> numbers_of(const std::string& task) {
  std::vector<uint32_t> numbers;
  auto text = read_proc_file(proc_dir(), (task + "/status").c_str());
  if (!text) return numbers;
  for (std::string_view rest(*text); !rest.empty();) {
    std::string_view line = take_line(rest);
    if (!line.starts_with(kNumbers)) continue;
    line.remove_prefix(kNumbers.size());
    for (;;) {
      skip_blanks(line);
      auto number = take_number(line);
      if (!number) return numbers;
      numbers.push_back(static_cast<uint32_t>(*number));
    }
  }
  return numbers;
}

}  // namespace

std::optional<NsTids> NsTids::of(pid_t pid) {
  if (numbers_of(std::to_string(pid)).size() < 2) return std::nullopt;
  return NsTids(pid);
}

uint32_t NsTids::outside(uint32_t inside, int64_t now_ns) {
  if (inside == 0) return 0;
  auto known = outside_.find(inside);
  if (known == outside_.end() && now_ns - looked_at_ >= kBetweenLooks) {
    look();
    looked_at_ = now_ns;
    known = outside_.find(inside);
  }
  return known == outside_.end() ? 0 : known->second;
}

/// Only threads that are new are asked: a process may have thousands.
void NsTids::look() {
  std::unordered_map<uint32_t, uint32_t> known;
  for (const auto& [inside, outside] : outside_) known.emplace(outside, inside);
  std::unordered_map<uint32_t, uint32_t> now;
  for (pid_t tid : threads_of(pid_)) {
    auto ours = static_cast<uint32_t>(tid);
    if (auto it = known.find(ours); it != known.end()) {
      now.emplace(it->second, ours);
      continue;
    }
    auto numbers = numbers_of(task_path(pid_, tid));
    if (numbers.size() > 1) now.emplace(numbers.back(), ours);
  }
  outside_ = std::move(now);
}

}  // namespace uffdscope

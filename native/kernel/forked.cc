#include "kernel/forked.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr size_t kThreads = 256;              // of a parent; with more, a look takes too long
constexpr uint64_t kForkNoExec = 0x00000040;  // PF_FORKNOEXEC of sched.h

bool has_own_memory(pid_t parent, pid_t child) {
  return ::syscall(SYS_kcmp, parent, child, KCMP_VM, 0, 0) > 0;  // -1: can't be told
}

}  // namespace

uint64_t ticks_now() {
  timespec t{};
  ::clock_gettime(CLOCK_BOOTTIME, &t);  // as start_boottime of fs/proc/array.c
  const auto a_second = static_cast<uint64_t>(::sysconf(_SC_CLK_TCK));
  return static_cast<uint64_t>(t.tv_sec) * a_second +
         static_cast<uint64_t>(t.tv_nsec) / (1'000'000'000 / a_second);
}

std::vector<pid_t> forked_children(pid_t parent, uint64_t since) {
  std::vector<pid_t> found;
  auto threads = threads_of(parent);
  if (threads.size() > kThreads) return found;
  for (pid_t tid : threads) {
    auto text = read_proc_file(proc_dir(), (task_path(parent, tid) + "/children").c_str());
    if (!text) continue;
    std::string_view rest(*text);
    while (auto number = take_number(rest)) {
      skip_blanks(rest);
      const auto pid = static_cast<pid_t>(*number);
      auto stat = read_stat(proc_dir(), std::to_string(pid));
      if (!stat || stat->start_ticks < since || !(stat->flags & kForkNoExec)) continue;
      if (has_own_memory(parent, pid)) found.push_back(pid);
    }
  }
  return found;
}

pid_t process_of(pid_t tid) {
  auto text = read_proc_file(proc_dir(), (std::to_string(tid) + "/status").c_str());
  auto status = text ? parse_status(*text) : std::nullopt;
  return status ? status->tgid : 0;
}

}  // namespace uffdscope

// Reading /proc: small files whole, and the one-line formats as pure parsers over text.
// Every parser takes whatever the kernel or a hostile name could put there and gives nullopt rather
// than guess.
#pragma once
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/result.h"
#include "kernel/unique_fd.h"

namespace uffdscope {

/// The whole of a file that the kernel makes up as it is read, at most `max` bytes of it.
Result<std::string> read_proc_file(int dirfd, const char* path, size_t max = 1 << 20);

/// Calls `chunk` with piece after piece of a file of any length; stops when it returns false.
Result<void> stream_proc_file(int dirfd, const char* path,
                              const std::function<bool(std::string_view)>& chunk);

/// The numeric names in a directory (/proc, /proc/PID/task, /proc/PID/fd), in the kernel's order.
Result<std::vector<int>> numeric_entries(int dirfd, const char* path);

/// What /proc/PID/stat says. `comm` is raw: it may hold parentheses, newlines and escapes.
struct ProcStat {
  int pid = 0;
  std::string comm;
  char state = '?';
  int ppid = 0;
  uint64_t flags = 0;
  uint64_t faults = 0;  // page faults that ended, minor and major
  int64_t threads = 0;
  uint64_t start_ticks = 0;
  /// As wait(2) gives it, while it exits and until it is waited for; -1: not there. 0 also where we
  /// may not know.
  int64_t exit_code = -1;

  bool kernel_thread() const { return (flags & 0x00200000) != 0; }  // PF_KTHREAD
  bool dead() const { return state == 'Z' || state == 'X'; }
};
std::optional<ProcStat> parse_stat(std::string_view text);
Result<ProcStat> read_stat(int dirfd, const std::string& task);

/// The fields of /proc/PID/status that decide what may be done to a process.
struct ProcStatus {
  int tgid = 0;
  int tracer = 0;
  std::array<int64_t, 4> uid{-1, -1, -1, -1};  // real, effective, saved, filesystem
  std::array<int64_t, 4> gid{-1, -1, -1, -1};
  uint64_t cap_effective = 0;
  int seccomp = -1;
  std::vector<int> ns_tgid;  // innermost namespace last
};
std::optional<ProcStatus> parse_status(std::string_view text);

/// /proc/TID/syscall: what the thread waits in. `number` -1 means it was stopped in user mode (by a
/// fault).
struct ProcSyscall {
  bool running = false;
  int64_t number = -1;
  std::array<uint64_t, 6> args{};
};
std::optional<ProcSyscall> parse_syscall(std::string_view text);

/// What of userfaultfd a thread sleeps in, by the name of the kernel function.
enum class UffdWait { none, fault, event };
UffdWait parse_wchan(std::string_view text);

/// Reads an unsigned number in `base` at the front of `text` and removes it; nullopt where there is
/// none or it does not fit.
std::optional<uint64_t> take_number(std::string_view& text, int base = 10);
/// Removes blanks and tabs at the front.
void skip_blanks(std::string_view& text);
/// The next line without its newline; removes it from `text`.
std::string_view take_line(std::string_view& text);

}  // namespace uffdscope

#include "kernel/procfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace uffdscope {

Result<void> stream_proc_file(int dirfd, const char* path,
                              const std::function<bool(std::string_view)>& chunk) {
  UniqueFd fd(::openat(dirfd, path, O_RDONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(KernelError{"openat", errno});
  std::string buffer(64 * 1024, '\0');
  while (true) {
    ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(KernelError{"read", errno});
    if (got == 0) return {};
    if (!chunk(std::string_view(buffer.data(), static_cast<size_t>(got)))) return {};
  }
}

Result<std::string> read_proc_file(int dirfd, const char* path, size_t max) {
  UniqueFd fd(::openat(dirfd, path, O_RDONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(KernelError{"openat", errno});
  std::string text;
  char buffer[4096];  // most of these files are one line; the heap is only for the long ones
  while (text.size() < max) {
    ssize_t got = ::read(fd.get(), buffer, std::min(sizeof buffer, max - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(KernelError{"read", errno});
    if (got == 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

Result<std::vector<int>> numeric_entries(int dirfd, const char* path) {
  UniqueFd fd(::openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return std::unexpected(KernelError{"openat", errno});
  std::vector<int> numbers;
  alignas(dirent64) char buffer[32 * 1024];
  while (true) {
    long got = ::syscall(SYS_getdents64, fd.get(), buffer, sizeof buffer);
    // ENOENT: the process ended between open and read, or its leader is a zombie and has no table
    // left.
    if (got < 0) return std::unexpected(KernelError{"getdents64", errno});
    if (got == 0) return numbers;
    for (long at = 0; at < got;) {
      auto* entry = reinterpret_cast<dirent64*>(buffer + at);
      at += entry->d_reclen;
      std::string_view name(entry->d_name);
      auto number = take_number(name);
      if (number && name.empty() && *number <= INT32_MAX)
        numbers.push_back(static_cast<int>(*number));
    }
  }
}

std::optional<uint64_t> take_number(std::string_view& text, int base) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

std::string_view take_line(std::string_view& text) {
  size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::optional<ProcStat> parse_stat(std::string_view text) {
  ProcStat stat;
  auto pid = take_number(text);
  // The name ends at the last parenthesis of the file: it may itself hold any, and newlines.
  size_t close = text.rfind(')');
  if (!pid || !text.starts_with(" (") || close == std::string_view::npos || close < 2)
    return std::nullopt;
  stat.pid = static_cast<int>(*pid);
  stat.comm = text.substr(2, close - 2);
  text.remove_prefix(close + 1);
  skip_blanks(text);
  if (text.empty()) return std::nullopt;
  stat.state = text.front();
  text.remove_prefix(1);
  // proc(5): fields 4 (ppid), 9 (flags), 20 (num_threads), 22 (starttime); some of the others are
  // negative.
  for (int field = 4; field <= 22; field++) {
    skip_blanks(text);
    bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    auto number = take_number(text);
    if (!number) return std::nullopt;
    if (negative) continue;
    if (field == 4) stat.ppid = static_cast<int>(*number);
    if (field == 9) stat.flags = *number;
    if (field == 10 || field == 12) stat.faults += *number;
    if (field == 20) stat.threads = static_cast<int64_t>(*number);
    if (field == 22) stat.start_ticks = *number;
  }
  // Field 52, the last (since 3.5).
  for (int field = 23; field <= 52; field++) {
    skip_blanks(text);
    if (text.starts_with('-')) text.remove_prefix(1);
    auto number = take_number(text);
    if (!number) break;
    if (field == 52) stat.exit_code = static_cast<int64_t>(*number);
  }
  return stat;
}

Result<ProcStat> read_stat(int dirfd, const std::string& task) {
  auto text = read_proc_file(dirfd, (task + "/stat").c_str());
  if (!text) return std::unexpected(text.error());
  auto stat = parse_stat(*text);
  if (!stat) return std::unexpected(KernelError{"read", ESRCH});
  return *stat;
}

namespace {

void take_four(std::string_view text, std::array<int64_t, 4>& into) {
  for (int64_t& id : into) {
    skip_blanks(text);
    auto number = take_number(text);
    if (!number) return;
    id = static_cast<int64_t>(*number);
  }
}

}  // namespace

std::optional<ProcStatus> parse_status(std::string_view text) {
  ProcStatus status;
  bool any = false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view key = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    skip_blanks(value);
    if (key == "Tgid") {
      if (auto n = take_number(value)) status.tgid = static_cast<int>(*n), any = true;
    } else if (key == "TracerPid") {
      if (auto n = take_number(value)) status.tracer = static_cast<int>(*n);
    } else if (key == "Uid") {
      take_four(value, status.uid);
    } else if (key == "Gid") {
      take_four(value, status.gid);
    } else if (key == "CapEff") {
      if (auto n = take_number(value, 16)) status.cap_effective = *n;
    } else if (key == "Seccomp") {
      if (auto n = take_number(value)) status.seccomp = static_cast<int>(*n);
    } else if (key == "NStgid") {
      while (auto n = take_number(value)) {
        status.ns_tgid.push_back(static_cast<int>(*n));
        skip_blanks(value);
      }
    }
  }
  if (!any) return std::nullopt;
  return status;
}

std::optional<ProcSyscall> parse_syscall(std::string_view text) {
  ProcSyscall call;
  if (text.starts_with("running")) {
    call.running = true;
    return call;
  }
  bool user = text.starts_with("-1");
  if (user) return call;
  auto number = take_number(text);
  if (!number) return std::nullopt;
  call.number = static_cast<int64_t>(*number);
  for (uint64_t& arg : call.args) {
    skip_blanks(text);
    if (!text.starts_with("0x")) return std::nullopt;
    text.remove_prefix(2);
    auto value = take_number(text, 16);
    if (!value) return std::nullopt;
    arg = *value;
  }
  return call;
}

UffdWait parse_wchan(std::string_view text) {
  // A compiler may have made a clone of the function: "handle_userfault.isra.0".
  std::string_view name = text.substr(0, text.find_first_of(".\n"));
  if (name == "handle_userfault") return UffdWait::fault;
  if (name == "userfaultfd_event_wait_completion") return UffdWait::event;
  return UffdWait::none;
}

}  // namespace uffdscope

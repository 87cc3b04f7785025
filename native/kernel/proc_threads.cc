#include "kernel/proc_threads.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr size_t kEntryBytes = 24;  // a dirent64 with a name of up to four digits; longer ones: 32

std::optional<ProcStatus> status_of(pid_t pid, pid_t tid) {
  auto text = read_proc_file(proc_dir(), (task_path(pid, tid) + "/status").c_str());
  return text ? parse_status(*text) : std::nullopt;
}

}  // namespace

int proc_dir() {
  static const UniqueFd dir(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return dir.get();
}

std::string task_path(pid_t pid, pid_t tid) {
  return std::to_string(pid) + "/task/" + std::to_string(tid);
}

ThreadRoll::ThreadRoll(pid_t pid)
    : dir_(::openat(proc_dir(), (std::to_string(pid) + "/task").c_str(),
                    O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}

std::vector<pid_t> ThreadRoll::next(size_t most) {
  std::vector<pid_t> tids;
  if (!dir_) return tids;
  alignas(dirent64) char buffer[256 * kEntryBytes];
  size_t room = std::min(sizeof buffer, std::max<size_t>(most, 8) * kEntryBytes);
  do {
    long got = ::syscall(SYS_getdents64, dir_.get(), buffer, room);
    if (got <= 0) {
      ::lseek(dir_.get(), 0, SEEK_SET);
      return tids;
    }
    for (long at = 0; at < got;) {
      auto* entry = reinterpret_cast<dirent64*>(buffer + at);
      at += entry->d_reclen;
      std::string_view name(entry->d_name);
      auto number = take_number(name);
      if (number && name.empty()) tids.push_back(static_cast<pid_t>(*number));
    }
  } while (tids.empty());  // "." and ".." alone are not the end
  return tids;
}

std::vector<pid_t> threads_of(pid_t pid) {
  auto tids = numeric_entries(proc_dir(), (std::to_string(pid) + "/task").c_str());
  return tids ? *tids : std::vector<pid_t>{};
}

ThreadLook look_at_thread(pid_t pid, pid_t tid) {
  using State = ThreadLook::State;
  auto text = read_proc_file(proc_dir(), (task_path(pid, tid) + "/syscall").c_str(), 512);
  if (!text) {
    int err = text.error().err;
    return {err == EACCES || err == EPERM ? State::refused : State::gone, {}};
  }
  auto call = parse_syscall(*text);
  if (!call) return {State::gone, {}};  // proc_pid_syscall() prints nothing for a thread that left
  if (call->running) return {State::runs, {}};
  if (call->number < 0) return {State::elsewhere, {}};
  return {State::in_call, {static_cast<long>(call->number), call->args}};
}

std::string sleeps_in(pid_t pid, pid_t tid) {
  auto text = read_proc_file(proc_dir(), (task_path(pid, tid) + "/wchan").c_str(), 256);
  return text && *text != "0" ? *text : "";
}

bool waits_in_userfault(pid_t pid, pid_t tid) {
  return parse_wchan(sleeps_in(pid, tid)) != UffdWait::none;
}

pid_t tracer_of(pid_t pid, pid_t tid) {
  auto status = status_of(pid, tid);
  return status ? status->tracer : 0;
}

bool has_seccomp(pid_t pid, pid_t tid) {
  auto status = status_of(pid, tid);
  return !status || status->seccomp != 0;
}

}  // namespace uffdscope

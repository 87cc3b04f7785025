#include "keeper/bystanders.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <algorithm>
#include <string_view>

#include "engine/clock.h"
#include "keeper/read_counts.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr int64_t kLongAsleep = 200 * kMilli;
constexpr uint64_t kIoWorker = 0x10, kUserWorker = 0x4000;  // PF_IO_WORKER, PF_USER_WORKER

// How often it went to sleep or was made to wait; 0 where that can't be read.
uint64_t switches_of(pid_t pid, pid_t tid) {
  auto text = read_proc_file(proc_dir(), (task_path(pid, tid) + "/status").c_str());
  uint64_t sum = 0;
  for (std::string_view rest(text ? std::string_view(*text) : ""); !rest.empty();) {
    std::string_view line = take_line(rest);
    size_t colon = line.find("voluntary_ctxt_switches:");  // and "non" before it
    if (colon == std::string_view::npos) continue;
    line.remove_prefix(line.find(':') + 1);
    skip_blanks(line);
    sum += take_number(line).value_or(0);
  }
  return sum;
}

// Calls in which a thread waits for something to happen, not for work of its own to be done.
bool waits_by_choice(long number) {
  switch (number) {
#ifdef SYS_pause
    case SYS_pause:
#endif
#ifdef SYS_poll
    case SYS_poll:
    case SYS_select:
    case SYS_epoll_wait:
#endif
    case SYS_ppoll:
    case SYS_pselect6:
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
    case SYS_restart_syscall:
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_futex:
    case SYS_wait4:
    case SYS_waitid:
    case SYS_rt_sigsuspend:
    case SYS_rt_sigtimedwait:
      return true;
    default:
      return false;
  }
}

// pthread_join(3) of glibc: the futex is the field that the kernel zeroes at the thread's end
// (CLONE_CHILD_CLEARTID), so it is not private, and holds the thread's number.
std::optional<pid_t> joins(const SystemCall& call) {
  if (call.number != SYS_futex || (call.args[1] & FUTEX_PRIVATE_FLAG) != 0) return std::nullopt;
  auto command = static_cast<int>(call.args[1]) & FUTEX_CMD_MASK;
  if (command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET) return std::nullopt;
  return static_cast<pid_t>(call.args[2]);
}

}  // namespace

void Bystanders::look(const std::vector<Holders::Holder>& holders, const std::set<pid_t>& ours,
                      pid_t target, int64_t now) {
  holders_.clear();
  for (const Holders::Holder& holder : holders)
    if (!ours.contains(holder.pid)) holders_.insert(holder.pid);
  for (pid_t pid : holders_)
    for (pid_t tid : threads_of(pid)) look_at(pid, tid, true, now);
  if (!holders_.contains(target))
    for (pid_t tid : threads_of(target)) look_at(target, tid, false, now);
  holders_.insert(target);
  std::erase_if(threads_, [&](const auto& entry) { return entry.second.seen_at != now; });
}

void Bystanders::look_at(pid_t pid, pid_t tid, bool holder, int64_t now) {
  auto stat = read_stat(proc_dir(), task_path(pid, tid));
  if (!stat || stat->dead()) return;
  ThreadLook look = look_at_thread(pid, tid);
  auto [it, first] = threads_.try_emplace(tid);
  Thread& thread = it->second;
  Thread before = thread;
  thread.pid = pid;
  thread.holder = holder;
  thread.kernel_worker = (stat->flags & (kIoWorker | kUserWorker)) != 0;
  thread.in_fault = waits_in_userfault(pid, tid);
  thread.asleep = stat->state == 'S' && (look.state == ThreadLook::State::in_call ||
                                         (thread.kernel_worker && !thread.in_fault));
  thread.call = thread.asleep ? look.call : SystemCall{};
  thread.faults = stat->faults;
  thread.switches = switches_of(pid, tid);
  thread.seen_at = now;
  if (first) {
    thread.since = now;
    return;
  }
  if (before.in_fault && thread.faults > before.faults) answered_ = true;
  bool same = thread.asleep && before.asleep && thread.call == before.call;
  thread.same_call = before.same_call && same;
  if (!same || thread.switches != before.switches) thread.since = now;
}

// It waits for children that are themselves judged here. Else a child may be fetching a page.
bool Bystanders::waits_for_concerned_children(const Thread& thread) const {
  for (pid_t tid : threads_of(thread.pid)) {
    auto text = read_proc_file(proc_dir(), (task_path(thread.pid, tid) + "/children").c_str());
    if (!text) return false;
    for (std::string_view rest(*text); !rest.empty();) {
      auto child = take_number(rest);
      if (!child) break;
      auto stat = read_stat(proc_dir(), std::to_string(*child));
      if (stat && !stat->dead() && !holders_.contains(static_cast<pid_t>(*child))) return false;
      skip_blanks(rest);
    }
  }
  return true;
}

// Nobody waits like this in the midst of an answer.
bool Bystanders::hopeless(pid_t tid, const Thread& thread) const {
  switch (thread.call.number) {
#ifdef SYS_pause
    case SYS_pause:
#endif
    case SYS_rt_sigsuspend:
      return true;
    case SYS_rt_sigtimedwait:
      return thread.call.args[2] == 0;  // without a time limit
    case SYS_wait4:
    case SYS_waitid:
      return waits_for_concerned_children(thread);
    default:
      break;
  }
  auto joined = joins(thread.call);
  if (!joined || *joined == tid) return false;
  auto other = threads_.find(*joined);
  return other != threads_.end() && other->second.pid == thread.pid;
}

bool Bystanders::quiet(pid_t tid, const Thread& thread, bool in_hand, int64_t now) const {
  // What waits in a fault can answer nothing before it is answered.
  if (thread.in_fault || !thread.holder) return true;
  bool long_asleep = thread.asleep && now - thread.since >= kLongAsleep;
  if (thread.kernel_worker) return long_asleep;
  if (in_hand) {
    if (!thread.asleep) return false;
    if (thread.same_call && hopeless(tid, thread)) return true;
    return long_asleep && ReadCounts::never_read_a_message(thread.pid, tid);
  }
  // Nothing is in anybody's hand. Who does something else now has either not come to these messages
  // though it had the time, or is at work all along, which can't be told from a handler's work.
  if (thread.asleep && (long_asleep || waits_by_choice(thread.call.number))) return true;
  return ReadCounts::never_read_a_message(thread.pid, tid);
}

std::optional<pid_t> Bystanders::may_answer(bool in_hand, int64_t now) const {
  for (const auto& [tid, thread] : threads_)
    if (!quiet(tid, thread, in_hand, now)) return tid;
  return std::nullopt;
}

}  // namespace uffdscope

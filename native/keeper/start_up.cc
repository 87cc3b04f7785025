#include "keeper/start_up.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string_view>

namespace uffdscope {
namespace {

bool write_file(const char* path, std::string_view text) {
  UniqueFd fd(::open(path, O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void ignore_signals() {
  for (int signal = 1; signal < NSIG; signal++) {
    // SIGCHLD must be pending to be read from a signalfd, and an ignored one never is. The others
    // are faults of our own, which can't be ignored.
    if (signal == SIGCHLD || signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
        signal == SIGILL || signal == SIGABRT)
      continue;
    ::signal(signal, SIG_IGN);
  }
}

// A thread of the target may be stopped while we wait for a CPU. A session of its own is a
// scheduling group of its own (autogroup), whose weight on a busy CPU lags behind: seconds without
// a turn were seen beside eight busy threads. We use little, and the kernel bounds what real-time
// tasks may use.
void run_first() {
  sched_param lowest{};
  lowest.sched_priority = ::sched_get_priority_min(SCHED_RR);
  if (::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0) return;
  ::setpriority(PRIO_PROCESS, 0, -20);
  write_file("/proc/self/autogroup", "-20");
}

void close_others(int keep_a, int keep_b) {
  unsigned low = static_cast<unsigned>(std::min(keep_a, keep_b));
  unsigned high = static_cast<unsigned>(std::max(keep_a, keep_b));
  // A held pipe would keep `uffdscope | less` from ending, a held terminal its window from closing.
  int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2; fd++)
    if (null >= 0 && fd != keep_a && fd != keep_b) ::dup2(null, fd);
  auto close_from_to = [](unsigned first, unsigned last) {
    if (first <= last) ::syscall(SYS_close_range, first, last, 0);
  };
  if (low > 3) close_from_to(3, low - 1);
  close_from_to(std::max(3u, low + 1), high - 1);
  close_from_to(std::max(3u, high + 1), ~0u);
}

}  // namespace

void stand_apart(int channel_fd, int journal_fd) {
  close_others(channel_fd, journal_fd);
  ::fcntl(channel_fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(journal_fd, F_SETFD, FD_CLOEXEC);
  ignore_signals();
  ::setsid();  // not killed with the parent's process group, not stopped by its terminal
  (void)!::chdir("/");
  run_first();
  ::prctl(PR_SET_NAME, "uffdscope-keeper");
  if (!write_file("/proc/self/oom_score_adj", "-1000")) write_file("/proc/self/oom_score_adj", "0");
  // The root of the hierarchy takes any process (no "no internal processes" rule there): what stops
  // or kills the parent's cgroup then leaves us to clean up behind it. "0": whoever writes.
  write_file("/sys/fs/cgroup/cgroup.procs", "0");
}

UniqueFd child_signal_fd() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  ::sigprocmask(SIG_SETMASK, &set, nullptr);  // also undoes a mask that we inherited
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;  // with SA_NOCLDSTOP or SIG_IGN no stop would be told
  ::sigaction(SIGCHLD, &plain, nullptr);
  return UniqueFd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

}  // namespace uffdscope

#include "engine/keeper_link.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <vector>

#include "engine/clock.h"
#include "kernel/pidfd.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

extern char** environ;

namespace uffdscope {
namespace {

constexpr int kChannelFd = 3;
constexpr int kJournalFd = 4;
constexpr int kReadyWaitMs =
    10'000;  // it says so within a millisecond where the machine is not drowned
constexpr int kLeaveWaitMs = 3000;  // it gives back what is owed first, 64 pages a millisecond

/// poll(2) on, whatever signals come: a signal that is not for us must not look like silence.
bool readable_within(int fd, int ms) {
  const int64_t until = now_ns() + ms * kMilli;
  for (;;) {
    pollfd p{fd, POLLIN, 0};
    const int64_t left = std::max<int64_t>(0, (until - now_ns() + kMilli - 1) / kMilli);
    const int n = ::poll(&p, 1, static_cast<int>(left));
    if (n != -1 || errno != EINTR) return n == 1;
  }
}

/// Those that stayed behind are our children until we end: whoever has ended is taken off the list
/// when the next comes.
void reap(pid_t stays) {
  static std::mutex mutex;
  static std::vector<pid_t> behind;
  std::lock_guard lock(mutex);
  std::erase_if(behind, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  behind.push_back(stays);
}

}  // namespace

KeeperLink::~KeeperLink() {
  drop();
  if (journal_) ::munmap(journal_, sizeof(Journal));
}

void KeeperLink::drop() {
  channel_.reset();
  if (pid_ <= 0) return;
  // It leaves at once after `bye` or when the channel closes; the wait keeps it from staying a
  // zombie. One that is stopped would never leave.
  auto pidfd = pidfd_open(pid_);
  if (!readable_within(pidfd ? pidfd->get() : -1, kLeaveWaitMs)) kill();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

std::optional<KeeperMessage> KeeperLink::part() {
  say(KeeperSay::bye);
  journal_fd_.reset();  // no other keeper follows
  bool closed = !channel_;
  while (!closed && readable_within(channel_.get(), kLeaveWaitMs)) {
    auto message = hear(closed);
    if (!message || message->say != KeeperSay::stays) continue;
    channel_.reset();
    reap(pid_);
    pid_ = -1;
    return message;
  }
  drop();
  return std::nullopt;
}

bool KeeperLink::stopped() const {
  if (pid_ <= 0) return false;
  int dir = proc_dir();
  auto stat = read_stat(dir, std::to_string(pid_));
  return stat && (stat->state == 'T' || stat->state == 't');
}

void KeeperLink::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);  // our own child, not reaped yet: the number is its own
}

Result<void> KeeperLink::make_journal() {
  if (journal_) return {};
  UniqueFd fd(::memfd_create("uffdscope-journal", MFD_CLOEXEC));
  if (!fd || ::ftruncate(fd.get(), sizeof(Journal))) {
    return std::unexpected(KernelError{"memfd_create", errno});
  }
  void* p = ::mmap(nullptr, sizeof(Journal), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (p == MAP_FAILED) return std::unexpected(KernelError{"mmap(journal)", errno});
  journal_ = static_cast<Journal*>(p);
  journal_->magic = kJournalMagic;
  journal_->version = kJournalVersion;
  journal_fd_ = std::move(fd);
  return {};
}

Result<void> KeeperLink::start(const std::string& path) {
  if (auto made = make_journal(); !made) return made;
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
    return std::unexpected(KernelError{"socketpair", errno});
  }
  UniqueFd ours(pair[0]), theirs(pair[1]);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // dup2 through numbers that neither descriptor has, so that one can't overwrite the other.
  UniqueFd high_channel(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, 10));
  UniqueFd high_journal(::fcntl(journal_fd_.get(), F_DUPFD_CLOEXEC, 10));
  posix_spawn_file_actions_adddup2(&actions, high_channel.get(), kChannelFd);
  posix_spawn_file_actions_adddup2(&actions, high_journal.get(), kJournalFd);
  std::string channel = std::to_string(kChannelFd), journal = std::to_string(kJournalFd);
  std::string parent = std::to_string(::getpid());
  const char* argv[] = {path.c_str(), channel.c_str(), journal.c_str(), parent.c_str(), nullptr};
  pid_t pid = -1;
  int err = ::posix_spawn(&pid, path.c_str(), &actions, nullptr, const_cast<char**>(argv), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (err) return std::unexpected(KernelError{"posix_spawn(keeper)", err});
  pid_ = pid;
  channel_ = std::move(ours);
  theirs.reset();
  high_channel.reset();

  bool closed = false;
  if (readable_within(channel_.get(), kReadyWaitMs)) {
    if (auto m = hear(closed); m && m->say == KeeperSay::ready) return {};
  }
  drop();
  return std::unexpected(KernelError{"keeper", closed ? ECHILD : ETIMEDOUT});
}

bool KeeperLink::say(KeeperSay what, uint32_t monitor, int32_t pid, uint64_t value, uint64_t ino,
                     int fd) {
  KeeperMessage m{what, monitor, pid, 0, value, ino};
  iovec io{&m, sizeof m};
  msghdr h{};
  h.msg_iov = &io;
  h.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (fd >= 0) {
    h.msg_control = control;
    h.msg_controllen = sizeof control;
    cmsghdr* c = CMSG_FIRSTHDR(&h);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(c), &fd, sizeof fd);
  }
  return ::sendmsg(channel_.get(), &h, MSG_NOSIGNAL) == sizeof m;
}

std::optional<KeeperMessage> KeeperLink::hear(bool& closed) {
  KeeperMessage m;
  ssize_t n = ::recv(channel_.get(), &m, sizeof m, MSG_DONTWAIT);
  if (n == sizeof m) return m;
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) closed = true;
  return std::nullopt;
}

}  // namespace uffdscope

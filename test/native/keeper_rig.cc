#include "keeper_rig.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <sstream>

#include "engine/clock.h"
#include "kernel/fdinfo.h"
#include "kernel/pidfd.h"
#include "kernel/procfs.h"

extern char** environ;

namespace keeper_test {

std::string missing_privilege() {
  auto uffd = Userfaultfd::open(Userfaultfd::Open::syscall, false);
  return uffd ? "" : "userfaultfd(2) is not permitted: run as root";
}

std::string built(const std::string& name) {
  char path[4096];
  ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  std::string self(path, length > 0 ? static_cast<size_t>(length) : 0);
  return self.substr(0, self.rfind('/') + 1) + name;
}

void sleep_ms(int ms) {
  timespec t{ms / 1000, (ms % 1000) * 1'000'000l};
  while (::nanosleep(&t, &t) != 0) {
  }
}

Handler::Handler(const std::string& arguments) {
  std::vector<std::string> command{built("targets/handler_waits")};
  std::istringstream words(arguments);
  for (std::string word; words >> word;) command.push_back(word);
  start(command);
  read_uffds();
  REQUIRE_MESSAGE(has_uffd(), "handler_waits " << arguments << " did not start");
}

Handler::Handler(const std::vector<std::string>& command, SaysUffds says) {
  start(command);
  handler_ = pid_;
  if (says == SaysUffds::yes) read_uffds();
}

void Handler::read_uffds() {
  std::istringstream said(line(3000));
  std::string word;
  said >> word >> handler_;
  for (int fd; said >> word >> fd >> word >> word;) uffds_.push_back(fd);
}

void Handler::start(const std::vector<std::string>& command) {
  int in[2], out[2];
  REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
  input_.reset(in[1]);
  output_.reset(out[0]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // so that all of it can be killed
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  int err = ::posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(in[0]);
  ::close(out[1]);
  REQUIRE_MESSAGE(err == 0, command[0] << ": " << std::strerror(err));
}

Handler::~Handler() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Handler::line(int within_ms) {
  int64_t end = now_ns() + within_ms * kMilli;
  size_t stop;
  while ((stop = text_.find('\n')) == std::string::npos) {
    pollfd p{output_.get(), POLLIN, 0};
    int left = static_cast<int>((end - now_ns()) / kMilli);
    if (left <= 0 || ::poll(&p, 1, left) <= 0) return "";
    char buffer[512];
    ssize_t got = ::read(output_.get(), buffer, sizeof buffer);
    if (got <= 0) return "";
    text_.append(buffer, static_cast<size_t>(got));
  }
  std::string line = text_.substr(0, stop);
  text_.erase(0, stop + 1);
  return line;
}

Userfaultfd Handler::uffd(size_t i) const {
  auto pidfd = pidfd_open(pid_);
  REQUIRE(pidfd.has_value());
  auto fd = pidfd_getfd(pidfd->get(), uffds_.at(i));
  REQUIRE(fd.has_value());
  return Userfaultfd(std::move(*fd));
}

void Handler::type(char byte) const { REQUIRE(::write(input_.get(), &byte, 1) == 1); }

void Handler::send(int signal) const { ::kill(handler_, signal); }

int Handler::wait(int within_ms) {
  int64_t end = now_ns() + within_ms * kMilli;
  int status;
  pid_t ended;
  while ((ended = ::waitpid(pid_, &status, WNOHANG)) == 0 && now_ns() < end) sleep_ms(2);
  if (ended != pid_) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int Handler::finish(int within_ms) {
  input_.reset();
  return wait(within_ms);
}

std::string Handler::report() { return line(100); }

uint64_t ino_of(int fd) {
  auto text = read_proc_file(AT_FDCWD, ("/proc/self/fdinfo/" + std::to_string(fd)).c_str());
  auto info = text ? parse_uffd_fdinfo(*text) : std::nullopt;
  return info ? info->ino : 0;
}

uint64_t unread(const Userfaultfd& uffd) {
  auto text = read_proc_file(AT_FDCWD, ("/proc/self/fdinfo/" + std::to_string(uffd.fd())).c_str());
  auto info = text ? parse_uffd_fdinfo(*text) : std::nullopt;
  return info ? info->pending : 0;
}

char state_of(pid_t tid) {
  auto stat = read_stat(AT_FDCWD, "/proc/" + std::to_string(tid));
  return stat ? stat->state : '\0';
}

pid_t tracer_of_thread(pid_t tid) {
  auto text = read_proc_file(AT_FDCWD, ("/proc/" + std::to_string(tid) + "/status").c_str());
  auto status = text ? parse_status(*text) : std::nullopt;
  return status ? status->tracer : 0;
}

uint64_t cpu_ticks(pid_t pid) {
  auto text = read_proc_file(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/stat").c_str());
  if (!text) return 0;
  std::istringstream fields(text->substr(text->rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; field++) fields >> skipped;
  uint64_t user = 0, system = 0;
  fields >> user >> system;
  return user + system;
}

Rig::Rig() {
  auto started = link.start(built("uffdscope-keeper"));
  REQUIRE_MESSAGE(started.has_value(), "the keeper did not start: " << started.error().call);
  beat();
}

void Rig::beat() { link.journal().heartbeat_ns = static_cast<uint64_t>(now_ns()); }

void Rig::watch(uint32_t monitor, const Handler& target, const Userfaultfd& uffd) {
  JournalMonitor& entry = link.journal().monitors[monitor];
  entry.page_shift = 12;
  entry.ino = ino_of(uffd.fd());
  entry.active = 1;
  REQUIRE(link.say(KeeperSay::watch, monitor, target.pid(), 0, entry.ino, uffd.fd()));
}

void Rig::say(KeeperSay what, uint32_t monitor, uint64_t value, int fd) {
  REQUIRE(link.say(what, monitor, 0, value, 0, fd));
}

std::optional<KeeperMessage> Rig::take(bool (*wanted)(KeeperSay, KeeperSay), KeeperSay what,
                                       int ms) {
  int64_t end = now_ns() + ms * kMilli;
  for (size_t i = 0;; i++) {
    while (i >= kept_.size()) {
      beat();
      if (auto heard = link.hear(closed_)) {
        kept_.push_back(*heard);
        continue;
      }
      if (closed_ || now_ns() >= end) return std::nullopt;
      pollfd p{link.channel(), POLLIN, 0};
      ::poll(&p, 1, 20);
    }
    if (!wanted(kept_[i].say, what)) continue;
    KeeperMessage message = kept_[i];
    kept_.erase(kept_.begin() + static_cast<long>(i));
    return message;
  }
}

std::optional<KeeperMessage> Rig::expect(KeeperSay what, int within_ms) {
  return take([](KeeperSay a, KeeperSay b) { return a == b; }, what, within_ms);
}

std::optional<KeeperMessage> Rig::arm(uint32_t monitor) {
  link.journal().armed = 1;
  say(KeeperSay::arm, monitor);
  return take(
      [](KeeperSay a, KeeperSay) {
        return a == KeeperSay::armed || a == KeeperSay::no_handler || a == KeeperSay::refused;
      },
      KeeperSay::armed, 20'000);
}

bool Rig::thaw(uint32_t monitor) {
  say(KeeperSay::thaw, monitor);
  bool thawed = expect(KeeperSay::thawed).has_value();
  link.journal().armed = 0;
  return thawed;
}

void Rig::rest(int ms) {
  for (int64_t end = now_ns() + ms * kMilli; now_ns() < end;) {
    beat();
    sleep_ms(std::min<int>(20, static_cast<int>((end - now_ns()) / kMilli) + 1));
  }
}

std::vector<uint64_t> read_some(const Userfaultfd& uffd, bool nonblocking, int for_us,
                                int answer_every) {
  std::vector<uint64_t> owed;
  alignas(4096) static char page[4096];
  int turn = 0;
  for (int64_t end = now_ns() + for_us * kMicro; now_ns() < end;) {
    abi::Message message;
    if (unread(uffd) == 0 || !uffd.read(&message, 1, nonblocking)) {
      ::usleep(50);
      continue;
    }
    uint64_t address = message.arg.pagefault.address & ~4095ull;
    std::memcpy(page, &address, sizeof address);
    bool answered = answer_every > 0 && turn++ % answer_every == 0 &&
                    uffd.copy(address, page, sizeof page).complete();
    if (!answered) owed.push_back(address);
  }
  return owed;
}

void wake_pages(const Userfaultfd& uffd, const std::vector<uint64_t>& pages) {
  for (uint64_t page : pages) (void)uffd.wake(page, 4096);
}

}  // namespace keeper_test

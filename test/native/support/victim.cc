#include "victim.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

#include "eventually.h"
#include "huge_pages.h"
#include "kernel/page_size.h"
#include "kernel/pidfd.h"
#include "paths.h"

extern char** environ;

namespace native_test {

using namespace uffdscope;

Victim::Victim(VictimMemory memory)
    : unit_(memory.kind == std::string("huge") ? kHugePage : page_size()), pages_(memory.pages) {
  int in[2], out[2];
  REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
  input_.reset(in[1]);
  output_.reset(out[0]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::string words[] = {beside_us("victim"), memory.kind, std::to_string(memory.pages),
                         std::to_string(memory.modes), std::to_string(memory.features)};
  char* argv[6] = {};
  for (size_t i = 0; i < 5; ++i) argv[i] = words[i].data();
  int err = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  REQUIRE_MESSAGE(err == 0, "can't start " << argv[0]);
  REQUIRE_MESSAGE(eventually([&] { return hear(10) || fd_ >= 0; }), "the victim did not start");
}

Victim::~Victim() { kill(); }

void Victim::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

Userfaultfd Victim::uffd() const {
  auto pidfd = pidfd_open(pid_);
  REQUIRE(pidfd);
  auto fd = pidfd_getfd(pidfd->get(), fd_);
  REQUIRE(fd);
  return Userfaultfd(std::move(*fd));
}

int Victim::order(const std::string& what, long page, long more) {
  std::ostringstream line;
  line << what << ' ' << ++last_ << ' ' << page << ' ' << more << '\n';
  std::string text = line.str();
  REQUIRE(::write(input_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return last_;
}

/// Takes in what it says; false when nothing came in time.
bool Victim::hear(int within_ms) {
  pollfd p{output_.get(), POLLIN, 0};
  if (::poll(&p, 1, within_ms) <= 0) return false;
  char buffer[1024];
  ssize_t n = ::read(output_.get(), buffer, sizeof buffer);
  if (n <= 0) return false;
  text_.append(buffer, static_cast<size_t>(n));
  for (size_t end; (end = text_.find('\n')) != std::string::npos; text_.erase(0, end + 1)) {
    std::istringstream line(text_.substr(0, end));
    std::string word, result;
    line >> word;
    if (word == "ready") {
      line >> fd_ >> std::hex >> start_;
    } else {
      int id = 0;
      line >> id >> std::ws;
      std::getline(line, result);
      results_[id] = result;
    }
  }
  return true;
}

bool Victim::over(int order) {
  while (hear(0)) {
  }
  return results_.contains(order);
}

std::string Victim::result(int order) {
  bool done = eventually([&] {
    hear(5);
    return results_.contains(order);
  });
  return done ? results_[order] : "";
}

void Victim::exec() {
  auto ours = uffd();
  std::string text = "exec\n";
  REQUIRE(::write(input_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  REQUIRE(eventually([&] { return ours.zeropage(at(0), unit_).err == ESRCH; }));
}

}  // namespace native_test

#include "addon/signal_guard.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "engine/engine.h"

namespace uffdscope {
namespace {

using namespace std::chrono_literals;

constexpr int kGuarded[] = {SIGTERM, SIGHUP, SIGINT};
constexpr auto kPatience = 2s;

std::mutex engines_mutex;
std::set<Engine*> engines;
std::atomic<uint64_t> javascript_beats{0};
std::atomic<int> signalled{0};
int wake_fd = -1;
struct sigaction previous[65];

/// Async-signal-safe: a note, a wake-up, then whoever was here before us.
void on_signal(int sig, siginfo_t* info, void* context) {
  signalled.store(sig, std::memory_order_relaxed);
  uint64_t one = 1;
  (void)!::write(wake_fd, &one, sizeof one);
  const struct sigaction& before = previous[sig];
  if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(sig, info, context);
  } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    before.sa_handler(sig);
  }
}

void hand_back_and_exit(int sig) {
  std::lock_guard lock(engines_mutex);
  for (Engine* e : engines) {
    auto done = std::make_shared<std::promise<void>>();
    e->release(true, [done](Released) { done->set_value(); });
    done->get_future().wait_for(1s);
  }
  ::_exit(128 + sig);
}

void watch() {
  uint64_t n;
  while (::read(wake_fd, &n, sizeof n) == sizeof n) {
    uint64_t before = javascript_beats.load(std::memory_order_relaxed);
    std::this_thread::sleep_for(kPatience);
    if (javascript_beats.load(std::memory_order_relaxed) == before) {
      bool any;
      {
        std::lock_guard lock(engines_mutex);
        any = !engines.empty();
      }
      if (any) hand_back_and_exit(signalled.load(std::memory_order_relaxed));
    }
  }
}

}  // namespace

void note_javascript_alive() {
  javascript_beats.fetch_add(1, std::memory_order_relaxed);
  if (wake_fd < 0) {
    wake_fd = ::eventfd(0, EFD_CLOEXEC);
    std::thread(watch).detach();
  }
  for (int sig : kGuarded) {
    struct sigaction now;
    ::sigaction(sig, nullptr, &now);
    if (now.sa_sigaction == on_signal) continue;
    if (!(now.sa_flags & SA_SIGINFO) && (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN))
      continue;
    previous[sig] = now;
    struct sigaction ours = now;
    ours.sa_sigaction = on_signal;
    ours.sa_flags |= SA_SIGINFO;
    ::sigaction(sig, &ours, nullptr);
  }
}

void guard_engine(Engine* engine) {
  std::lock_guard lock(engines_mutex);
  engines.insert(engine);
}

void forget_engine(Engine* engine) {
  std::lock_guard lock(engines_mutex);
  engines.erase(engine);
}

}  // namespace uffdscope

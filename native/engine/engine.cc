// The loop: wait for faults, for the keeper, for work posted by others and for the clock; do one
// thing after the other.
#include "engine/engine.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <future>

#include "kernel/page_size.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {
namespace {

constexpr uint64_t kTagWake = 0, kTagKeeper = 1, kTagAlarm = 2, kTagMonitor = 16;
constexpr int64_t kHeartbeat = 200 * kMilli;
/// A uffd without O_NONBLOCK can't be polled (POLLERR): its fdinfo is looked at this often while we
/// are armed.
constexpr int64_t kBlockingLook = 2 * kMilli;
constexpr int64_t kTurnLook = 1 * kMilli;

}  // namespace

Engine::Engine(std::string keeper_path, Policy policy, size_t faults_log2, size_t log_log2)
    : keeper_path_(std::move(keeper_path)),
      policy_(std::move(policy)),
      faults_(faults_log2),
      log_(log_log2) {
  counters_.hold_on = policy_.hold_on;
}

Engine::~Engine() {
  if (thread_.joinable()) {
    std::promise<void> left;
    release(true, [&left](Released) { left.set_value(); });
    left.get_future().wait();
    thread_.join();
  }
}

Result<void> Engine::start() {
  if (auto k = keeper_.start(keeper_path_); !k) return k;
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll_ || !wake_ || !alarm_.open())
    return std::unexpected(KernelError{"epoll_create1", errno});
  epoll_event e{EPOLLIN, {.u64 = kTagWake}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &e);
  e.data.u64 = kTagAlarm;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, alarm_.fd(), &e);
  e.data.u64 = kTagKeeper;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, keeper_.channel(), &e);
  thread_ = std::thread([this] { run(); });
  return {};
}

Result<uint32_t> Engine::add_monitor(UniqueFd uffd, pid_t target, uint64_t ino, uint64_t features,
                                     bool nonblocking, std::vector<RangeInfo> ranges) {
  auto m = std::make_unique<Monitor>();
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/fdinfo/%d", uffd.get());
  m->fdinfo.reset(::open(path, O_RDONLY | O_CLOEXEC));
  if (!m->fdinfo) return std::unexpected(KernelError{"open(fdinfo)", errno});
  m->pid = target;
  m->ino = ino;
  m->features = features;
  m->tids = NsTids::of(target);
  if (auto pagemap = Pagemap::open(target)) m->pagemap.emplace(std::move(*pagemap));
  if (auto stat = read_stat(proc_dir(), std::to_string(target))) m->started = stat->start_ticks;
  m->nonblocking = nonblocking;
  m->uffd = Userfaultfd(std::move(uffd));
  m->ranges.merge(std::move(ranges));
  std::promise<Result<uint32_t>> added;
  auto answer = added.get_future();
  auto add = [this, &m, &added] {
    m->id = vacant_monitor();
    if (m->id == 0) {
      added.set_value(std::unexpected(KernelError{"monitors", EMFILE}));
      return;
    }
    if (m->id <= monitors_.size()) keeper_.say(KeeperSay::unwatch, m->id);
    JournalMonitor& j = keeper_.journal().monitors[m->id];
    j.ino = m->ino;
    j.page_shift = page_shift();
    j.active = 1;
    keeper_.say(KeeperSay::watch, m->id, m->pid, 0, m->ino, m->uffd.fd());
    uint32_t id = m->id;
    {
      std::lock_guard lock(shared_);
      if (id > monitors_.size()) monitors_.emplace_back();
      monitors_[id - 1] = std::move(m);
      publish_ranges();
    }
    publish_stance();
    tell_if_silent(*monitor(id));
    added.set_value(id);
  };
  if (thread_.get_id() == std::this_thread::get_id()) {
    add();
  } else {
    post(add);
  }
  return answer.get();
}

Monitor* Engine::monitor(uint32_t id) {
  return id >= 1 && id <= monitors_.size() ? monitors_[id - 1].get() : nullptr;
}

/// When something is due, INT64_MAX: nothing is.
int64_t Engine::next_wake(int64_t now) const {
  int64_t at = INT64_MAX;
  if (!work_.empty()) at = work_.top().due;
  for (const auto& m : monitors_) {
    if (m->stance != Stance::looking && m->stance != Stance::left)
      at = std::min(at, now + kHeartbeat);
    if (m->reads() && !m->nonblocking) at = std::min(at, now + kBlockingLook);
    if (m->stance == Stance::passing) at = std::min(at, m->next_check);
  }
  for (const auto& fork : forks_) {
    if (!fork.told) at = std::min(at, fork.next_look);
  }
  if (!script_due_.empty()) at = std::min(at, script_due_.begin()->first);
  if (releasing_) at = std::min(at, now + kTurnLook);
  return at;
}

/// Whether there is something to sleep for: false when the next thing is due already.
bool Engine::may_sleep() {
  if (!scripts_sleep()) return false;
  const int64_t now = now_ns(), due = next_wake(now);
  if (due <= now) return false;
  if (due != INT64_MAX) alarm_.ring_by(due);
  return true;
}

/// Tells the keeper that this thread is at work.
void Engine::beat() {
  keeper_.journal().heartbeat_ns.store(static_cast<uint64_t>(now_ns()), std::memory_order_relaxed);
}

void Engine::run() {
  ::pthread_setname_np(::pthread_self(), "uffd-engine");
  epoll_event events[32];
  Journal& journal = keeper_.journal();
  while (!quit_) {
    int n = ::epoll_wait(epoll_.get(), events, 32, may_sleep() ? -1 : 0);
    beat();
    // While we were stopped or stuck the keeper may have acted for us: then nothing here is ours
    // any more until it has said what it did.
    waiting_for_turn_ = journal.turn.load() == static_cast<uint32_t>(Turn::keeper);
    if (!scripts_.empty() || !parting_.empty()) hear_scripts();
    for (int i = 0; i < n; ++i) {
      uint64_t tag = events[i].data.u64;
      if (tag >= kTagScript) {
        script_rang(tag - kTagScript);
      } else if (tag == kTagWake) {
        run_posted();
      } else if (tag == kTagKeeper) {
        hear_keeper();
      } else if (tag == kTagAlarm) {
        alarm_.rang();
      } else if (Monitor* m = monitor(static_cast<uint32_t>(tag - kTagMonitor));
                 m && m->reads() && !waiting_for_turn_) {
        drain(*m);
      }
    }
    if (waiting_for_turn_) {
      publish_counts();
      continue;
    }
    int64_t now = now_ns();
    watch_keeper(now);
    if (!children_.empty()) adopt_children(now);
    if (!forks_.empty()) look_for_children(now);
    for (size_t i = 0; i < monitors_.size(); ++i) {
      Monitor& m = *monitors_[i];
      if (m.reads() && !m.nonblocking) look_at_blocking(m);
      if (m.stance == Stance::passing && now >= m.next_check) check_turn(m, now);
    }
    if (!script_due_.empty()) look_at_scripts(now);
    work_some(now);
    if (releasing_) {
      release_some();
    } else {
      sweep_gone(now);
      if (!faults_.all_waiting().empty()) {
        sweep_unmapped(now);
        sweep_answered(now);
      }
    }
    publish_counts();
  }
  {
    std::lock_guard lock(posted_mutex_);
    ended_ = true;
  }
  run_posted();  // what came in between
  publish_counts();
  epoll_.reset();  // who keeps us for our rings keeps no descriptor
  wake_.reset();
  alarm_.close();
}

/// What epoll tells of others: a fault to read, or an event (which fdinfo does not count) to read
/// or leave to its owner.
void Engine::look_at_blocking(Monitor& m) {
  if (unread_faults(m) > 0) return drain(m);
  if (!m.sends_events() || m.uffd.barrier() != Userfaultfd::Barrier::events) return;
  if (m.events_are_the_owners(policy_.own_events)) {
    begin_turn(m, TurnFor::event);
  } else {
    drain(m);
  }
}

void Engine::poll_monitor(Monitor& m, bool on) {
  if (m.polled == on || !m.nonblocking) return;
  epoll_event e{EPOLLIN, {.u64 = kTagMonitor + m.id}};
  ::epoll_ctl(epoll_.get(), on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, m.uffd.fd(), &e);
  m.polled = on;
}

void Engine::notice(Notice n) {
  counters_.notice = static_cast<uint8_t>(n);
  tell({.type = LogType::note, .a = static_cast<uint64_t>(n)});
}

/// With these features the kernel deals with faults by itself: who waits for messages waits in
/// vain.
void Engine::tell_if_silent(const Monitor& m) {
  const auto ranges = m.ranges.all();
  const bool only_wp = std::all_of(ranges.begin(), ranges.end(),
                                   [](const RangeInfo& r) { return r.modes == abi::kModeWp; });
  const Notice now = m.features & abi::kFeatSigbus                 ? Notice::no_messages_sigbus
                     : (m.features & abi::kFeatWpAsync) && only_wp ? Notice::no_messages_async
                                                                   : Notice::none;
  if (counters_.notice == static_cast<uint8_t>(now)) return;
  if (now != Notice::none) return notice(now);
  if (counters_.notice == static_cast<uint8_t>(Notice::no_messages_async)) counters_.notice = 0;
}

/// Under `shared_`: what rangesVersion() of JavaScript compares.
void Engine::publish_ranges() {
  if (!monitors_.empty()) counters_.ranges_version = monitors_[0]->ranges.version();
}

void Engine::publish_stance() {
  if (monitors_.empty()) return;
  bool owed = false;
  for (const auto& m : monitors_) {
    const bool takes_part = m->stance != Stance::looking && m->stance != Stance::left;
    if (!takes_part) m->claim.drop();
    owed |= takes_part;
  }
  keeper_.journal().armed = owed ? 1 : 0;
  counters_.stance = static_cast<uint8_t>(monitors_[0]->stance);
  counters_.handler = static_cast<uint8_t>(monitors_[0]->handler);
  bump(counters_.version, 1);
}

}  // namespace uffdscope

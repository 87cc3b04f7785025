// What other threads ask of the engine: their wishes are posted, their questions read under a lock.
#include <future>

#include "engine/engine.h"
#include "keeper/terminal_modes.h"

namespace uffdscope {

void Engine::post(std::function<void()> f) {
  {
    std::unique_lock lock(posted_mutex_);
    if (ended_) {  // we left: there is no engine thread any more, and nothing it would touch
      lock.unlock();
      return f();
    }
    posted_.push_back(std::move(f));
    uint64_t one = 1;  // under the lock: whoever leaves closes it
    (void)!::write(wake_.get(), &one, sizeof one);
  }
}

void Engine::run_posted() {
  uint64_t n;
  (void)!::read(wake_.get(), &n, sizeof n);
  std::vector<std::function<void()>> now;
  {
    std::lock_guard lock(posted_mutex_);
    now.swap(posted_);
  }
  for (auto& f : now) f();
}

void Engine::tap_pages(std::shared_ptr<recording::PageTap> tap) {
  post([this, tap = std::move(tap)] { page_tap_ = tap; });
}

std::vector<RangeInfo> Engine::ranges(uint32_t id, uint64_t& version) const {
  std::lock_guard lock(shared_);
  if (id < 1 || id > monitors_.size()) return {};
  version = monitors_[id - 1]->ranges.version();
  return monitors_[id - 1]->ranges.all();
}

std::vector<FaultTable::Waiting> Engine::waiting() const {
  std::lock_guard lock(shared_);
  std::vector<FaultTable::Waiting> all;
  for (const auto& [seq, w] : const_cast<Engine*>(this)->faults_.all_waiting()) all.push_back(w);
  return all;
}

int64_t Engine::unread() const {
  std::lock_guard lock(shared_);
  return monitors_.empty() ? -1 : unread_faults(*monitors_[0]);
}

int64_t Engine::read_and_waiting() const {
  std::lock_guard lock(shared_);
  return monitors_.empty() ? -1 : read_faults(*monitors_[0]);
}

void Engine::busiest(size_t count, std::function<void(Busiest)> done) {
  post([this, count, done = std::move(done)] {
    Busiest b;
    if (count) b.pages = faults_.top_pages(count, b.page_count);
    b.threads = statistics_.top_threads(count);
    b.thread_count = statistics_.threads();
    done(std::move(b));
  });
}

void Engine::set_ranges(uint32_t id, std::vector<RangeInfo> ranges) {
  post([this, id, ranges = std::move(ranges)]() mutable {
    Monitor* m = monitor(id);
    if (!m) return;
    {
      std::lock_guard lock(shared_);
      m->ranges.merge(std::move(ranges));
      publish_ranges();
    }
    if (counters_.notice == static_cast<uint8_t>(Notice::no_messages_async)) tell_if_silent(*m);
  });
}

void Engine::set_terminal(int fd, bool active) {
  // Read on the caller's thread: it makes the terminal raw as soon as we return.
  TerminalModes modes = active ? TerminalModes::of(fd) : TerminalModes{};
  post([this, fd, active, modes] {
    if (fd < 0 && !terminal_known_) return;
    terminal_known_ = active;
    keeper_.say(KeeperSay::terminal, modes.input, static_cast<int32_t>(modes.output),
                active ? 1 : 0, modes.control_and_local(), active ? fd : -1);
  });
}

void Engine::change_policy(std::function<void(Policy&)> change) {
  post([this, change = std::move(change)] {
    std::lock_guard lock(shared_);
    change(policy_);
    if (had_children_) keeper_.say(KeeperSay::ward_answer, 0, 0, policy_.for_wards().packed());
  });
}

void Engine::note_owner_gone(pid_t pid, bool closed) {
  post([this, pid, closed] {
    tell({.type = LogType::owner_gone, .a = closed ? 1u : 0u, .pid = static_cast<uint32_t>(pid)});
    notice(closed ? Notice::owner_closed : Notice::owner_gone);
  });
}

}  // namespace uffdscope

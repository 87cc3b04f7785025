#include "engine/scripts/script_port.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>

#include "engine/clock.h"
#include "engine/range_table.h"
#include "engine/rules/draw.h"
#include "kernel/pidfd.h"

namespace uffdscope {
namespace {

/// An ioctl of one page takes microseconds; a process that is still at it was stopped. On a busy
/// machine the thread that it has just woken may run first, for some time slices.
constexpr int64_t kClaimPatience = 50 * kMilli;
constexpr int kDeathWaitMs = 1000;

}  // namespace

Result<std::shared_ptr<ScriptPort>> ScriptPort::make(uint32_t id, uint64_t seed, uint64_t key) {
  std::shared_ptr<ScriptPort> port(new ScriptPort(id));
  port->memory_.reset(::memfd_create("uffdscope-script", MFD_CLOEXEC));
  if (!port->memory_) return std::unexpected(KernelError{"memfd_create", errno});
  if (::ftruncate(port->memory_.get(), sizeof(ScriptShare)))
    return std::unexpected(KernelError{"ftruncate", errno});
  void* p = ::mmap(nullptr, sizeof(ScriptShare), PROT_READ | PROT_WRITE, MAP_SHARED,
                   port->memory_.get(), 0);
  if (p == MAP_FAILED) return std::unexpected(KernelError{"mmap", errno});
  port->share_ = static_cast<ScriptShare*>(p);
  port->asked_bell_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  port->answered_bell_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!port->asked_bell_ || !port->answered_bell_)
    return std::unexpected(KernelError{"eventfd", errno});
  port->share_->magic = kScriptMagic;
  port->share_->seed = seed;
  port->share_->key = key;
  port->share_->asked.sleeps = 1;
  return port;
}

ScriptPort::~ScriptPort() {
  if (share_) ::munmap(share_, sizeof(ScriptShare));
}

Result<void> ScriptPort::of_process(pid_t pid) {
  auto fd = pidfd_open(pid);
  if (!fd) return std::unexpected(fd.error());
  process_ = std::move(*fd);
  return {};
}

bool ScriptPort::offer(uint32_t n, const FaultRecord& f, const RangeInfo* range, bool far) {
  if (share_->asked.full()) return false;
  ScriptPlace& p = share_->places[n];
  p.seq = f.seq;
  p.address = f.address;
  p.page = f.page;
  p.range_start = range ? range->start : f.page;
  p.range_hash = range ? hash_text(range->name) : 0;
  p.read_at = f.read_at;
  p.pid = f.pid;
  p.tid = f.tid;
  p.range_id = f.range_id;
  p.hits = f.hits;
  p.page_shift = f.page_shift;
  p.kind = f.kind;
  p.access = f.access;
  p.far = far ? 1 : 0;
  p.wish = ScriptWish::none;
  p.seen = 0;
  p.turn.store(script_turn(++offers_, ScriptStep::offered), std::memory_order_release);
  ++outstanding;
  counts.asked.store(counts.asked.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (share_->asked.put(n)) {
    uint64_t one = 1;
    (void)!::write(asked_bell_.get(), &one, sizeof one);
  }
  return true;
}

bool ScriptPort::take(uint32_t& n) {
  while (share_->answered.take(n)) {
    const uint64_t turn = share_->places[n].turn.load(std::memory_order_acquire);
    if (step_of(turn) != ScriptStep::done) continue;
    share_->places[n].turn.store(script_turn(turn >> 8, ScriptStep::free),
                                 std::memory_order_relaxed);
    --outstanding;
    return true;
  }
  return false;
}

void ScriptPort::let_finish(uint32_t n) {
  const auto& turn = share_->places[n].turn;
  const int64_t until = now_ns() + kClaimPatience;
  while (step_of(turn.load(std::memory_order_acquire)) == ScriptStep::claimed) {
    if (now_ns() > until) return kill();
    ::sched_yield();
  }
}

void ScriptPort::take_back(uint32_t n) {
  auto& turn = share_->places[n].turn;
  uint64_t now = turn.load(std::memory_order_acquire);
  const uint64_t back = script_turn(now >> 8, ScriptStep::withdrawn);
  --outstanding;
  while (step_of(now) == ScriptStep::offered) {
    if (turn.compare_exchange_weak(now, back, std::memory_order_acq_rel)) return;
  }
  if (step_of(now) == ScriptStep::claimed) let_finish(n);
  turn.store(back, std::memory_order_release);
}

void ScriptPort::hear_bell() {
  uint64_t n;
  (void)!::read(answered_bell_.get(), &n, sizeof n);
}

int64_t ScriptPort::busy_for(int64_t now) const {
  const int64_t since = share_->busy_since.load(std::memory_order_acquire);
  return since ? now - since : 0;
}

/// Returns when it is dead: nothing of it touches the target any more.
void ScriptPort::kill() {
  if (!process_) return;
  (void)::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
  pollfd end{process_.get(), POLLIN, 0};
  (void)::poll(&end, 1, kDeathWaitMs);
}

}  // namespace uffdscope

// Messages that are no faults: fork, remap, remove, unmap; and who answers for a forked child.
#include <fcntl.h>

#include <algorithm>

#include "engine/engine.h"
#include "kernel/fdinfo.h"

namespace uffdscope {
namespace {

constexpr int64_t kAdoptAgain = 100 * kMilli;

}  // namespace

void Engine::on_event(Monitor& m, const RawMessage& raw, int64_t read_at) {
  EventLog::Entry e{
      .type = LogType::note, .monitor = m.id, .pid = static_cast<uint32_t>(m.faulting())};
  switch (static_cast<uint8_t>(raw.word[0])) {
    case abi::kEventFork: {
      // The child's uffd was put into us by the read (userfaultfd_ctx_read): it is ours alone now.
      int child = static_cast<int>(raw.word[1] & 0xffffffff);
      await_child(m, child, read_at);
      ::fcntl(child, F_SETFD, FD_CLOEXEC);  // the flags are those of the parent's
      keep_child(child);
      children_.push_back({UniqueFd(child), m.pid, m.ranges.all()});
      next_adoption_ = 0;
      return adopt_children(read_at);
    }
    case abi::kEventRemap: {
      e.type = LogType::remap;
      e.a = raw.word[1];
      e.b = raw.word[2];
      e.c = raw.word[3];
      std::lock_guard lock(shared_);
      m.ranges.remap(e.a, e.b, e.c);
      publish_ranges();
      break;
    }
    case abi::kEventRemove:
      e.type = LogType::remove;
      e.a = raw.word[1];
      e.b = raw.word[2];
      break;
    case abi::kEventUnmap: {
      e.type = LogType::unmap;
      e.a = raw.word[1];
      e.b = raw.word[2];
      {
        std::lock_guard lock(shared_);
        m.ranges.unmap(e.a, e.b);
        publish_ranges();
      }
      end_unmapped(m, e.a, e.b);
      break;
    }
    default:
      e.a = ~uint64_t{0};
      break;  // an event this kernel has and we do not know
  }
  tell(e, read_at);
  bump(counters_.version, 1);
}

/// Where a child can't be taken part in at once it waits: closing its uffd would let it read zeros.
void Engine::adopt_children(int64_t now) {
  if (now < next_adoption_) return;
  next_adoption_ = now + kAdoptAgain;
  std::erase_if(children_, [this](Child& child) { return adopt(child); });
}

/// Before anything else: were we killed with the one copy, the child would read zeros.
void Engine::keep_child(int uffd) {
  had_children_ = true;
  (void)keeper_.say(KeeperSay::keep, 0, 0, policy_.for_wards().packed(), 0, uffd);
}

/// A new keeper must have them all.
void Engine::keep_children() {
  for (const auto& m : monitors_)
    if (m->of_child && !m->gone && m->uffd) keep_child(m->uffd.fd());
  for (const Child& child : children_) keep_child(child.uffd.get());
}

/// A forked child's uffd that reading the FORK message gave us. Nobody else has it, so we answer
/// for it. False: all monitors are in use.
bool Engine::adopt(Child& child) {
  if (vacant_monitor() == 0) return false;
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/fdinfo/%d", child.uffd.get());
  char text[512];
  UniqueFd info(::open(path, O_RDONLY | O_CLOEXEC));
  ssize_t n = info ? ::read(info.get(), text, sizeof text) : -1;
  auto parsed =
      n > 0 ? parse_uffd_fdinfo(std::string_view(text, static_cast<size_t>(n))) : std::nullopt;
  if (!parsed) return false;
  auto added = add_monitor(std::move(child.uffd), child.parent, parsed->ino, parsed->features,
                           parsed->nonblocking(), std::move(child.ranges));
  if (!added) return true;
  Monitor& m = *monitor(*added);
  m.of_child = true;
  m.pagemap.reset();  // its parent's
  for (const auto& fork : forks_) {
    if (fork.uffd != m.uffd.fd() || fork.child == 0) continue;
    m.child = fork.child;
    m.tids = NsTids::of(m.child);
  }
  armed(m, HandlerState::none, 0);
  return true;
}

/// The number for one more monitor: the next, or, when all are in use, that of a child that has
/// ended. 0: none.
uint32_t Engine::vacant_monitor() {
  if (monitors_.size() < kMaxMonitors) return static_cast<uint32_t>(monitors_.size()) + 1;
  for (const auto& m : monitors_) {
    if (!m->of_child) continue;
    if (!m->gone && has_ended(*m)) mark_gone(*m);
    const auto& waiting = faults_.all_waiting();
    bool owes = std::any_of(waiting.begin(), waiting.end(),
                            [&](const auto& w) { return w.second.record.monitor == m->id; });
    if (m->gone && !owes) return m->id;
  }
  return 0;
}

}  // namespace uffdscope

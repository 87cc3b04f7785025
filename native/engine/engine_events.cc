// Messages that are no faults: fork, remap, remove, unmap; and who answers for a forked child.
#include <fcntl.h>

#include "engine/engine.h"
#include "kernel/fdinfo.h"

namespace uffdscope {

void Engine::on_event(Monitor& m, const RawMessage& raw, int64_t read_at) {
  EventLog::Entry e{.type = LogType::note, .monitor = m.id, .pid = static_cast<uint32_t>(m.pid)};
  switch (static_cast<uint8_t>(raw.word[0])) {
    case abi::kEventFork: {
      // The child's uffd was put into us by the read (userfaultfd_ctx_read): it is ours alone now.
      int child = static_cast<int>(raw.word[1] & 0xffffffff);
      e.type = LogType::fork;
      e.a = static_cast<uint64_t>(child);
      tell(e, read_at);
      adopt_child(m, UniqueFd(child));
      return;
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
      std::lock_guard lock(shared_);
      m.ranges.unmap(e.a, e.b);
      publish_ranges();
      break;
    }
    default:
      e.a = ~uint64_t{0};
      break;  // an event this kernel has and we do not know
  }
  tell(e, read_at);
  bump(counters_.version, 1);
}

/// A forked child's uffd that reading the FORK message gave us. Nobody else has it, so we answer
/// for it.
void Engine::adopt_child(const Monitor& parent, UniqueFd uffd) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/fdinfo/%d", uffd.get());
  char text[512];
  UniqueFd info(::open(path, O_RDONLY | O_CLOEXEC));
  ssize_t n = info ? ::read(info.get(), text, sizeof text) : -1;
  auto parsed =
      n > 0 ? parse_uffd_fdinfo(std::string_view(text, static_cast<size_t>(n))) : std::nullopt;
  if (!parsed) return;
  auto added = add_monitor(std::move(uffd), parent.pid, parsed->ino, parsed->features,
                           parsed->nonblocking(), parent.ranges.all());
  if (!added) return;
  armed(*monitor(*added), HandlerState::none, 0);
}

}  // namespace uffdscope

#include "engine/monitor.h"

#include <unistd.h>

#include <optional>
#include <string_view>

#include "kernel/fdinfo.h"

namespace uffdscope {
namespace {

std::optional<UffdFdinfo> fdinfo_now(const Monitor& m) {
  char text[512];
  ssize_t n = ::pread(m.fdinfo.get(), text, sizeof text, 0);
  if (n <= 0) return std::nullopt;
  return parse_uffd_fdinfo(std::string_view(text, static_cast<size_t>(n)));
}

}  // namespace

Result<PageState> page_state(Monitor& m, uint64_t page) {
  if (!m.pagemap) {
    auto opened = Pagemap::open(m.pid);
    if (!opened) return std::unexpected(opened.error());
    m.pagemap.emplace(std::move(*opened));
  }
  return m.pagemap->state_of(page);
}

bool has_ended(const Monitor& m) {
  // Of a child we have no number at first, and its uffd is ours alone.
  if (!m.of_child && m.pagemap) return m.pagemap->ended();
  const bool takes_part = m.of_child || m.stance == Stance::armed || m.stance == Stance::passing;
  return takes_part && m.uffd.barrier() == Userfaultfd::Barrier::gone;
}

int64_t unread_faults(const Monitor& m) {
  auto info = fdinfo_now(m);
  return info ? static_cast<int64_t>(info->pending) : -1;
}

int64_t read_faults(const Monitor& m) {
  auto info = fdinfo_now(m);
  return info && info->total >= info->pending ? static_cast<int64_t>(info->total - info->pending)
                                              : -1;
}

}  // namespace uffdscope

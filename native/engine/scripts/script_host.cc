#include "engine/scripts/script_host.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/clock.h"
#include "engine/resolver.h"
#include "kernel/page_size.h"

namespace uffdscope {
namespace {

constexpr int kTries = 10;  // a millisecond each: below what take_back() bears

}  // namespace

Result<ScriptHost> ScriptHost::open(int memory, UniqueFd asked_bell, UniqueFd answered_bell,
                                    UniqueFd uffd, int journal) {
  ScriptHost host;
  struct stat stat;
  if (::fstat(memory, &stat) || stat.st_size != sizeof(ScriptShare))
    return std::unexpected(KernelError{"script memory", EINVAL});
  void* share = ::mmap(nullptr, sizeof(ScriptShare), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  void* turn = ::mmap(nullptr, sizeof(Journal), PROT_READ, MAP_SHARED, journal, 0);
  if (share == MAP_FAILED || turn == MAP_FAILED) return std::unexpected(KernelError{"mmap", errno});
  host.share_ = static_cast<ScriptShare*>(share);
  host.journal_ = static_cast<const Journal*>(turn);
  if (host.share_->magic != kScriptMagic || host.journal_->magic != kJournalMagic)
    return std::unexpected(KernelError{"script memory", EINVAL});
  host.asked_bell_ = std::move(asked_bell);
  host.answered_bell_ = std::move(answered_bell);
  host.uffd_ = Userfaultfd(std::move(uffd));
  return host;
}

void ScriptHost::hear_bell() {
  uint64_t n;
  (void)!::read(asked_bell_.get(), &n, sizeof n);
}

/// What was withdrawn before we came to it is passed over.
bool ScriptHost::take(uint32_t& place) {
  while (share_->asked.take(place)) {
    ScriptPlace& p = share_->places[place];
    if (step_of(p.turn.load(std::memory_order_acquire)) != ScriptStep::offered) continue;
    p.seen = 1;
    return true;
  }
  return false;
}

void ScriptHost::busy(bool on) {
  share_->busy_since.store(on ? now_ns() : 0, std::memory_order_release);
}

bool ScriptHost::waits(uint32_t place, uint64_t offer) const {
  return share_->places[place].turn.load(std::memory_order_acquire) ==
         script_turn(offer, ScriptStep::offered);
}

bool ScriptHost::claim(ScriptPlace& p, uint64_t offer) {
  uint64_t offered = script_turn(offer, ScriptStep::offered);
  return p.turn.compare_exchange_strong(offered, script_turn(offer, ScriptStep::claimed),
                                        std::memory_order_seq_cst);
}

ScriptAnswer ScriptHost::hand_over(ScriptPlace& p, uint32_t place, uint64_t offer) {
  uint64_t claimed = script_turn(offer, ScriptStep::claimed);
  if (!p.turn.compare_exchange_strong(claimed, script_turn(offer, ScriptStep::done),
                                      std::memory_order_acq_rel))
    return ScriptAnswer::late;
  if (share_->answered.put(place)) {
    uint64_t one = 1;
    (void)!::write(answered_bell_.get(), &one, sizeof one);
  }
  return ScriptAnswer::given;
}

/// The bytes of the page, lying ready or in `buffer_`.
std::optional<std::span<const uint8_t>> ScriptHost::bytes_of(Source& source, const ScriptPlace& p) {
  const size_t page = size_t{1} << p.page_shift;
  const uint64_t at = p.page - p.range_start;
  if (const uint8_t* ready = source.ready(at, page)) return std::span(ready, page);
  if (buffer_.size() < page) buffer_.resize(page);
  std::span<uint8_t> into(buffer_.data(), page);
  if (!source.fill(at, into)) return std::nullopt;
  return into;
}

ScriptAnswer ScriptHost::answer(uint32_t place, uint64_t offer, Action action, Source* source) {
  ScriptPlace& p = share_->places[place];
  if (!waits(place, offer)) return ScriptAnswer::late;
  const size_t page = size_t{1} << p.page_shift;
  std::span<const uint8_t> bytes;
  // A huge page has no zero page: the engine knows what to do.
  const bool huge = p.page_shift != page_shift();
  if (p.far && action == Action::copy && page > kPlaceBytes) {
    (void)wish(place, offer, ScriptWish::failed, 0);  // another memory's huge page
    return ScriptAnswer::failed;
  }
  if (action == Action::copy) {
    auto filled = bytes_of(*source, p);
    if (!filled) {
      (void)wish(place, offer, ScriptWish::failed, 0);
      return ScriptAnswer::failed;
    }
    bytes = *filled;
  }
  if (!claim(p, offer)) return ScriptAnswer::late;
  // The keeper may have handed everything back while we were stopped: the page is not ours then.
  if (journal_->turn.load(std::memory_order_seq_cst) != static_cast<uint32_t>(Turn::engine)) {
    p.wish = ScriptWish::next;
    return hand_over(p, place, offer);
  }
  const bool by_engine = p.far || action == Action::pass || (huge && action == Action::zero);
  const bool too_long = bytes.size() > kPlaceBytes;  // for the engine to do it
  if (!by_engine || too_long) {
    Resolution r = Resolver(p.page_shift).resolve(uffd_, action, p.page, page, p.page, bytes);
    for (int i = 0; i < kTries && too_long && r.outcome == Outcome::again; ++i) {
      ::usleep(1000);
      r = Resolver(p.page_shift).resolve(uffd_, action, p.page, page, p.page, bytes);
    }
    if (r.outcome != Outcome::again || too_long) {
      p.wish = ScriptWish::none;
      p.action = action;
      p.outcome = static_cast<uint8_t>(r.outcome);
      p.err = r.err;
      p.races = r.races;
      p.bytes = r.bytes;
      p.answered_at = now_ns();
      const ScriptAnswer handed = hand_over(p, place, offer);
      return r.outcome == Outcome::failed ? ScriptAnswer::failed : handed;
    }
  }
  p.wish = ScriptWish::answer;
  p.action = action;
  p.length = static_cast<uint32_t>(std::min(bytes.size(), kPlaceBytes));
  if (p.length) std::memcpy(share_->bytes[place], bytes.data(), p.length);
  return hand_over(p, place, offer);
}

ScriptAnswer ScriptHost::wish(uint32_t place, uint64_t offer, ScriptWish wish, int64_t delay_ns) {
  ScriptPlace& p = share_->places[place];
  if (!claim(p, offer)) return ScriptAnswer::late;
  p.wish = wish;
  p.delay_ns = delay_ns;
  return hand_over(p, place, offer);
}

}  // namespace uffdscope

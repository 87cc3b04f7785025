#include "engine/rules/rule_set.h"

#include <algorithm>

#include "engine/fault_subject.h"
#include "engine/rules/damage.h"
#include "engine/rules/draw.h"

namespace uffdscope {
namespace {

/// Kind and access as one index: 3 kinds, 2 accesses.
size_t slot_of(const FaultRecord& f) {
  return static_cast<size_t>(f.kind) * 2 + static_cast<size_t>(f.access);
}

uint64_t scope_key(Scope per, const FaultRecord& f) {
  return per == Scope::thread ? f.tid : f.page | f.monitor;
}

}  // namespace

void Decision::alter(std::span<uint8_t> bytes, uint64_t from, uint64_t page,
                     uint64_t page_size) const {
  if (short_bytes && short_bytes < bytes.size())
    std::fill(bytes.begin() + short_bytes, bytes.end(), uint8_t{0});
  const uint64_t at = page - from;
  if (at >= bytes.size()) return;
  const auto one = bytes.subspan(at, std::min<uint64_t>(page_size, bytes.size() - at));
  for (const auto& [rule, seed] : damage) spoil(one, rule->damage, seed);
}

RuleSet::RuleSet(std::vector<std::shared_ptr<const Rule>> rules,
                 std::vector<std::shared_ptr<RuleMemory>> memories, uint64_t seed,
                 int64_t session_start)
    : rules_(std::move(rules)), memories_(std::move(memories)), seed_(seed), start_(session_start) {
  for (const auto& r : rules_) {
    needs_hits_ |= r->draws() || r->when || r->limit || (r->filter && r->filter->asks_hits());
    briefs_.push_back({.key = r->key,
                       .prob = r->prob,
                       .filter = r->filter ? &*r->filter : nullptr,
                       .counts = r->when || r->limit});
  }
}

std::span<const uint16_t> RuleSet::candidates(const FaultRecord& f, const RangeInfo* range) {
  // Each monitor numbers its ranges from 1; a range keeps its number only while name, path and
  // protection are the same.
  const uint64_t key = uint64_t{f.monitor} << 32 | f.range_id;
  if (!last_ || last_key_ != key) {
    last_ = &by_range_[key];
    last_key_ = key;
    if (range) last_->range_hash = hash_text(range->name);
  }
  const size_t slot = slot_of(f);
  auto& list = last_->of[slot];
  if (!last_->known[slot]) {
    last_->known[slot] = true;
    for (size_t i = 0; i < rules_.size(); ++i) {
      const Rule& r = *rules_[i];
      if (!r.can(f.kind)) continue;
      if (r.filter && !r.filter->may_match(static_cast<uint64_t>(f.kind),
                                           static_cast<uint64_t>(f.access), FaultText(f, range)))
        continue;
      list.push_back(static_cast<uint16_t>(i));
    }
  }
  return list;
}

/// The filter took it: is it this match's turn, by when and limit, where `chance` is what prob
/// said?
bool RuleSet::takes_turn(const Rule& r, RuleMemory& m, const FaultRecord& f, bool chance) {
  if (r.per != Scope::page) return counts_turn(r, m, f, chance);
  RuleMemory::PageTurn& turn = m.turns[scope_key(r.per, f)];
  if (turn.hit != f.hits) turn = {f.hits, counts_turn(r, m, f, chance)};
  return turn.taken;
}

bool RuleSet::counts_turn(const Rule& r, RuleMemory& m, const FaultRecord& f, bool chance) {
  if (r.when) {
    const uint64_t n = r.per == Scope::rule ? ++m.seen : ++m.seen_by[scope_key(r.per, f)];
    if (!r.when->takes(n)) return false;
  }
  if (!chance) return false;
  if (r.limit) {
    if (r.per == Scope::rule) {
      if (m.did >= r.limit) return false;
      ++m.did;
    } else {
      uint32_t& did = m.did_by[scope_key(r.per, f)];
      if (did >= r.limit) return false;
      ++did;
    }
  }
  return true;
}

bool RuleSet::decide(const FaultRecord& f, const RangeInfo* range, Decision& out) {
  const auto list = candidates(f, range);
  if (list.empty()) return false;
  const FaultSubject subject = subject_of(f, range, start_);
  const FaultText text(f, range);
  const uint64_t place = (f.page - (range ? range->start : 0)) >> f.page_shift;
  const uint64_t common = Draws::common(seed_, last_->range_hash, place, f.hits);
  bool taken = false;
  for (uint16_t i : list) {
    const Brief& b = briefs_[i];
    if (b.filter && !b.filter->matches(subject, text)) continue;
    RuleMemory& m = *memories_[i];
    m.counts.matched.store(m.counts.matched.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
    Draws draws(common, b.key);
    const bool chance = b.prob >= 1 || draws.share() < b.prob;
    if (!chance && !b.counts) continue;
    const Rule& r = *rules_[i];
    if (b.counts && !takes_turn(r, m, f, chance)) continue;
    m.counts.acted.store(m.counts.acted.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
    taken = true;
    out.rule = r.id;
    out.makers.push_back(r.id);
    out.delay_ns += draws.delay(r.delay);
    if (r.reorder) {
      out.reorder = r.reorder;
      out.reorder_rule = r.id;
      out.order = draws.next();
    }
    if (r.short_bytes)
      out.short_bytes = out.short_bytes ? std::min(out.short_bytes, r.short_bytes) : r.short_bytes;
    if (r.nowake) {
      out.nowake = true;
      out.nowake_ns = std::max(out.nowake_ns, r.nowake_ns);
    }
    out.duplicate |= r.duplicate;
    out.spurious |= r.spurious;
    if (!r.damage.empty()) out.damage.emplace_back(rules_[i], draws.next());
    if (r.action == RuleAction::none) continue;
    out.action = r.action;
    out.source = r.source;
    out.script = r.script;
    break;
  }
  return taken;
}

}  // namespace uffdscope

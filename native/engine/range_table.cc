#include "engine/range_table.h"

#include <algorithm>
#include <utility>

namespace uffdscope {
namespace {

bool starts_with(const std::string& s, const char* p) { return s.rfind(p, 0) == 0; }

std::string without_suffix(std::string s, const char* suffix) {
  std::string t(suffix);
  if (s.size() >= t.size() && s.compare(s.size() - t.size(), t.size(), t) == 0) {
    s.resize(s.size() - t.size());
  }
  return s;
}

bool starts_before(const RangeInfo& a, const RangeInfo& b) { return a.start < b.start; }

/// Could one be what became of the other?
bool same_memory(const RangeInfo& a, const RangeInfo& b) {
  return a.pid == b.pid && a.shared == b.shared &&
         range_base_name(a.path, a.prot, a.shared) == range_base_name(b.path, b.prot, b.shared);
}

bool looks_same(const RangeInfo& a, const RangeInfo& b) {
  return a.start == b.start && a.end == b.end && a.modes == b.modes && a.pid == b.pid &&
         a.prot == b.prot && a.path == b.path && a.page_shift == b.page_shift;
}

std::string last_part(const std::string& path) {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

std::string range_base_name(const std::string& raw, const std::string& prot, bool shared) {
  std::string path = without_suffix(raw, " (deleted)");
  if (path == "[heap]") return "heap";
  if (starts_with(path, "[stack")) return "stack";
  if (starts_with(path, "[anon:")) return "anon:" + without_suffix(path.substr(6), "]");
  if (starts_with(path, "[anon_shmem:")) return "anon:" + without_suffix(path.substr(12), "]");
  if (starts_with(path, "/memfd:")) return "memfd:" + path.substr(7);
  if (starts_with(path, "/dev/shm/")) return "shm:" + path.substr(9);
  if (path == "/dev/zero") return "shm";  // shared anonymous memory
  if (starts_with(path, "/SYSV")) return "shm:" + path.substr(1);
  if (starts_with(path, "/anon_hugepage")) return "hugetlb";
  if (starts_with(path, "/")) {
    bool text = prot.size() > 2 && prot[2] == 'x';
    return last_part(path) + (text ? ":text" : ":data");
  }
  return shared ? "shm" : "";
}

const RangeInfo* RangeTable::find(uint64_t address) const {
  size_t last = last_.load(std::memory_order_relaxed);
  if (last < ranges_.size() && ranges_[last].contains(address)) return &ranges_[last];
  auto it = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                             [](uint64_t a, const RangeInfo& r) { return a < r.start; });
  if (it == ranges_.begin() || !std::prev(it)->contains(address)) return nullptr;
  last = static_cast<size_t>(std::prev(it) - ranges_.begin());
  last_.store(last, std::memory_order_relaxed);
  return &ranges_[last];
}

RangeInfo* RangeTable::find(uint64_t address) {
  return const_cast<RangeInfo*>(std::as_const(*this).find(address));
}

RangeInfo* RangeTable::by_id(uint32_t id) {
  auto it = std::find_if(ranges_.begin(), ranges_.end(), [&](const auto& r) { return r.id == id; });
  return it == ranges_.end() ? nullptr : &*it;
}

void RangeTable::add(RangeInfo r) {
  names_.insert(r.name);
  ranges_.push_back(std::move(r));
}

/// With an id that no other had, and a name that no other has. A target chooses paths: thousands of
/// mappings of one file must cost no more than thousands of others.
void RangeTable::add_new(RangeInfo r) {
  r.id = next_id_++;
  r.counts = std::make_shared<RangeCounts>();
  std::string base = range_base_name(r.path, r.prot, r.shared);
  r.name = base.empty() ? "anon[" + std::to_string(next_anon_++) + "]" : base;
  while (names_.contains(r.name)) r.name = base + "[" + std::to_string(++numbers_[base]) + "]";
  add(std::move(r));
}

void RangeTable::changed() {
  std::sort(ranges_.begin(), ranges_.end(), starts_before);
  names_.clear();
  for (const auto& r : ranges_) names_.insert(r.name);
  numbers_.clear();
  ++version_;
  last_.store(0, std::memory_order_relaxed);
}

void RangeTable::merge(std::vector<RangeInfo> fresh) {
  std::sort(fresh.begin(), fresh.end(), starts_before);
  if (std::equal(fresh.begin(), fresh.end(), ranges_.begin(), ranges_.end(), looks_same)) return;
  std::vector<RangeInfo> old = std::exchange(ranges_, {});
  names_.clear();
  // Takes over what `f` is from the first unclaimed one of old[from...] that fits.
  auto claim = [&](RangeInfo& f, auto from, uint64_t before) {
    for (; from != old.end() && from->start < before; ++from) {
      if (from->name.empty() || from->end <= f.start || !same_memory(*from, f)) continue;
      f.id = from->id;
      f.name = std::exchange(from->name, {});
      f.counts = from->counts;
      add(std::move(f));
      return true;
    }
    return false;
  };
  // First those that start where they did, then what overlaps a range that nothing is any more;
  // only then are names given, so that a newcomer takes none that is in use.
  std::erase_if(fresh, [&](auto& f) {
    auto at = std::lower_bound(old.begin(), old.end(), f, starts_before);
    return claim(f, at, f.start + 1);
  });
  std::erase_if(fresh, [&](auto& f) {
    auto at = std::upper_bound(old.begin(), old.end(), f, starts_before);
    return claim(f, at == old.begin() ? at : std::prev(at), f.end);
  });
  for (auto& f : fresh) add_new(std::move(f));
  changed();
}

/// Take [start, end) out. What was known there comes back: a whole range as it was, a part of one
/// without name. A tail that stays behind a gap is a range of its own.
std::vector<RangeInfo> RangeTable::cut(uint64_t start, uint64_t end) {
  std::vector<RangeInfo> out, tails;
  for (auto& r : ranges_) {
    if (end <= r.start || start >= r.end) continue;
    RangeInfo piece = r;
    piece.start = std::max(start, r.start);
    piece.end = std::min(end, r.end);
    bool whole = piece.start == r.start && piece.end == r.end;
    if (!whole) piece.name.clear();
    if (piece.end < r.end && piece.start > r.start) {
      tails.push_back(r);
      tails.back().start = piece.end;
    }
    if (piece.start > r.start) {
      r.end = piece.start;
    } else {
      r.start = piece.end;
    }
    out.push_back(std::move(piece));
  }
  std::erase_if(ranges_, [](const auto& r) { return r.start >= r.end; });
  for (auto& t : tails) add_new(std::move(t));
  return out;
}

void RangeTable::remap(uint64_t from, uint64_t to, uint64_t length) {
  std::vector<RangeInfo> moved = cut(from, from + length);
  cut(to, to + length);  // mremap(2) unmaps what was there
  for (auto& m : moved) {
    m.start = m.start - from + to;
    m.end = m.end - from + to;
    m.name.empty() ? add_new(std::move(m)) : add(std::move(m));
  }
  changed();
}

void RangeTable::unmap(uint64_t start, uint64_t end) {
  cut(start, end);
  changed();
}

}  // namespace uffdscope

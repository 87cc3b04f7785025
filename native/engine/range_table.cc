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
  if (last_ < ranges_.size() && ranges_[last_].contains(address)) return &ranges_[last_];
  auto it = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                             [](uint64_t a, const RangeInfo& r) { return a < r.start; });
  if (it == ranges_.begin() || !std::prev(it)->contains(address)) return nullptr;
  last_ = static_cast<size_t>(std::prev(it) - ranges_.begin());
  return &ranges_[last_];
}

RangeInfo* RangeTable::find(uint64_t address) {
  return const_cast<RangeInfo*>(std::as_const(*this).find(address));
}

RangeInfo* RangeTable::by_id(uint32_t id) {
  for (auto& r : ranges_) {
    if (r.id == id) return &r;
  }
  return nullptr;
}

bool RangeTable::taken(const std::string& name) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const auto& r) { return r.name == name; });
}

void RangeTable::name(RangeInfo& r) {
  std::string base = range_base_name(r.path, r.prot, r.shared);
  if (base.empty()) {
    r.name = "anon[" + std::to_string(next_anon_++) + "]";
    return;
  }
  r.name = base;
  for (uint32_t k = 1; taken(r.name); ++k) r.name = base + "[" + std::to_string(k) + "]";
}

void RangeTable::merge(std::vector<RangeInfo> fresh) {
  std::sort(fresh.begin(), fresh.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  bool same =
      fresh.size() == ranges_.size() &&
      std::equal(fresh.begin(), fresh.end(), ranges_.begin(), [](const auto& a, const auto& b) {
        return a.start == b.start && a.end == b.end && a.modes == b.modes && a.pid == b.pid;
      });
  if (same) return;
  std::vector<RangeInfo> old = std::move(ranges_);
  ranges_.clear();
  for (auto& f : fresh) {
    // The same range: it starts where a known one did, or lies within one that was split.
    auto it = std::find_if(old.begin(), old.end(), [&](const auto& o) {
      return o.pid == f.pid && (o.start == f.start || o.contains(f.start));
    });
    bool first_use = it != old.end() && !it->name.empty() && it->start == f.start;
    if (first_use) {
      f.id = it->id;
      f.name = it->name;
      f.counts = it->counts;
    } else {
      f.id = next_id_++;
      name(f);
    }
    ranges_.push_back(std::move(f));
  }
  touch();
}

void RangeTable::remap(uint64_t from, uint64_t to, uint64_t length) {
  std::vector<RangeInfo> moved;
  for (auto& r : ranges_) {
    if (r.start >= from && r.end <= from + length) {
      r.start = r.start - from + to;
      r.end = r.end - from + to;
    } else if (r.contains(from)) {  // the middle or the tail moves away
      RangeInfo part = r;
      part.id = next_id_++;
      part.start = to;
      part.end = to + length;
      part.counts = std::make_shared<RangeCounts>();
      if (from + length < r.end) {
        RangeInfo tail = r;
        tail.id = next_id_++;
        tail.start = from + length;
        tail.counts = std::make_shared<RangeCounts>();
        name(tail);
        moved.push_back(std::move(tail));
      }
      r.end = from;
      name(part);
      moved.push_back(std::move(part));
    }
  }
  for (auto& m : moved) ranges_.push_back(std::move(m));
  std::erase_if(ranges_, [](const auto& r) { return r.start >= r.end; });
  std::sort(ranges_.begin(), ranges_.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  touch();
}

void RangeTable::unmap(uint64_t start, uint64_t end) {
  std::vector<RangeInfo> tails;
  for (auto& r : ranges_) {
    if (end <= r.start || start >= r.end) continue;
    if (end < r.end && start > r.start) {
      RangeInfo tail = r;
      tail.id = next_id_++;
      tail.start = end;
      tail.counts = std::make_shared<RangeCounts>();
      name(tail);
      tails.push_back(std::move(tail));
    }
    if (start <= r.start) {
      r.start = std::min(end, r.end);
    } else {
      r.end = start;
    }
  }
  for (auto& t : tails) ranges_.push_back(std::move(t));
  std::erase_if(ranges_, [](const auto& r) { return r.start >= r.end; });
  std::sort(ranges_.begin(), ranges_.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  touch();
}

}  // namespace uffdscope

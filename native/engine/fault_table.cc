#include "engine/fault_table.h"

#include <algorithm>

namespace uffdscope {
namespace {

constexpr uint64_t kPlaces = (uint64_t{1} << 43) - 1;  // of 2 MiB, in 64 bits of address

uint64_t chunk_of(uint32_t monitor, uint64_t page) {
  return uint64_t{monitor} << 43 | page >> (12 + 9);
}

}  // namespace

FaultTable::Waiting& FaultTable::wait(const FaultRecord& r, uint32_t slot) {
  ++changes_;
  waiting_pages_.emplace(r.page, r.seq);
  return waiting_
      .insert_or_assign(r.seq,
                        Waiting{.record = r, .slot = slot, .edited = {}, .decision = nullptr})
      .first->second;
}

FaultTable::Waiting* FaultTable::waiting(uint64_t seq) {
  auto it = waiting_.find(seq);
  return it == waiting_.end() ? nullptr : &it->second;
}

void FaultTable::update(const FaultRecord& r) {
  ++changes_;
  if (FaultRecord* in_ring = ring_.find(r.seq)) *in_ring = r;
}

void FaultTable::settle(uint64_t seq) {
  ++changes_;
  auto it = waiting_.find(seq);
  if (it == waiting_.end()) return;
  waiting_pages_.erase({it->second.record.page, seq});
  waiting_.erase(it);
}

std::vector<uint64_t> FaultTable::waiting_in(uint64_t from, uint64_t to) const {
  std::vector<uint64_t> seqs;
  for (auto it = waiting_pages_.lower_bound({from, 0}); it != waiting_pages_.end(); ++it) {
    if (it->first >= to) break;
    seqs.push_back(it->second);
  }
  return seqs;
}

uint32_t FaultTable::count_hit(uint32_t monitor, uint64_t page) {
  uint64_t key = chunk_of(monitor, page);
  if (key != last_key_) {
    auto& chunk = hits_[key];
    if (!chunk) chunk = std::make_unique<Chunk>();
    last_key_ = key;
    last_chunk_ = chunk.get();
  }
  uint16_t& n = last_chunk_->hits[(page >> 12) & 511];
  if (n != UINT16_MAX) ++n;
  return n;
}

std::vector<FaultTable::PageHits> FaultTable::top_pages(size_t count, uint64_t& pages) const {
  auto before = [](const PageHits& a, const PageHits& b) {
    return a.hits != b.hits ? a.hits > b.hits : a.page < b.page;
  };
  std::vector<PageHits> top;  // a heap whose front is the last of them
  pages = 0;
  for (const auto& [key, chunk] : hits_) {
    for (uint64_t i = 0; i < 512; ++i) {
      if (!chunk->hits[i]) continue;
      ++pages;
      const PageHits one{(key & kPlaces) << 21 | (i << 12), chunk->hits[i]};
      if (top.size() < count) {
        top.push_back(one);
        std::ranges::push_heap(top, before);
      } else if (count && before(one, top.front())) {
        std::ranges::pop_heap(top, before);
        top.back() = one;
        std::ranges::push_heap(top, before);
      }
    }
  }
  std::ranges::sort(top, before);
  return top;
}

uint32_t FaultTable::hits(const FaultRecord& f) const {
  auto it = hits_.find(chunk_of(f.monitor, f.page));
  return it == hits_.end() ? 0 : it->second->hits[(f.page >> 12) & 511];
}

}  // namespace uffdscope

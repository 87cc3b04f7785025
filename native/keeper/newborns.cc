#include "keeper/newborns.h"

#include <algorithm>

#include "engine/clock.h"

namespace uffdscope {
namespace {

constexpr int64_t kFirstLook = kMilli;
constexpr int64_t kYouth = 64 * kMilli;
constexpr size_t kMostFollowed = 256;
constexpr int kStopsASecond = 50;

}  // namespace

void Newborns::listen(bool armed, int64_t now) {
  if (armed) armed_at_ = now;
  bool on = armed || (on_ && now - armed_at_ < kSecond);
  if (on == on_) return;
  on_ = on;
  young_.clear();
  events_ = ProcEvents();
  if (!on) return;
  if (auto events = ProcEvents::open()) events_ = std::move(*events);  // else by the lookout alone
}

std::vector<Newborn> Newborns::hear() {
  bool lost = false;  // those are found by the lookout
  return events_.fd() < 0 ? std::vector<Newborn>{} : events_.hear(lost);
}

void Newborns::follow(const Newborn& newborn, int64_t now) {
  if (young_.size() < kMostFollowed) young_.push_back({newborn, now + kFirstLook, kFirstLook});
}

int64_t Newborns::due() const {
  int64_t due = std::numeric_limits<int64_t>::max();
  for (const Young& young : young_) due = std::min(due, young.due);
  return due;
}

std::vector<Newborn> Newborns::to_look_at(int64_t now) {
  std::vector<Newborn> now_due;
  std::erase_if(young_, [&](Young& young) {
    if (young.due > now) return false;
    now_due.push_back(young.who);
    young.pause *= 2;
    young.due = now + young.pause;
    return young.pause > kYouth;
  });
  return now_due;
}

bool Newborns::may_stop_one(int64_t now) {
  if (now - second_ >= kSecond) {
    second_ = now;
    stopped_ = 0;
  }
  return stopped_++ < kStopsASecond;
}

}  // namespace uffdscope

// What each answer of the kernel means for the fault that waits: the one place that decides it.
#include "engine/resolver.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <cerrno>
#include <numeric>
#include <sstream>

#include "kernel/pagemap.h"
#include "support/eventually.h"
#include "support/field.h"
#include "support/huge_pages.h"
#include "support/needs.h"
#include "support/queued_event.h"
#include "support/rows.h"
#include "support/touch.h"
#include "support/victim.h"

using namespace native_test;
using namespace uffdscope;

namespace {

const Resolver& small_pages() {
  static const Resolver resolver(page_shift());
  return resolver;
}

/// "done, 2 pages, 1 race"
std::string told(const Resolution& r, uint64_t unit = page_size()) {
  static const char* names[] = {"done", "again", "no_range", "gone", "failed"};
  std::ostringstream text;
  text << names[static_cast<size_t>(r.outcome)] << ", " << r.bytes / unit << " pages";
  if (r.err) text << ", " << name_of(r.err);
  if (r.races) text << ", " << r.races << " races";
  return text.str();
}

/// Answers pages [first, first + count) with bytes that name the page, for the waiter of page
/// `must`.
Resolution answers(const Field& field, Action action, size_t first, size_t count, size_t must) {
  std::vector<uint8_t> bytes;
  if (action == Action::copy) {
    for (size_t i = 0; i < count; ++i) {
      bytes.insert(bytes.end(), field.unit(), static_cast<uint8_t>(0xa0 + first + i));
    }
  }
  return small_pages().resolve(field.uffd, action, field.at(first), count * field.unit(),
                               field.at(must), bytes);
}

/// One letter a page: the byte's last hex digit where answers() put it, '.' missing, 'o' other.
std::string content(const Field& field) {
  auto map = Pagemap::open(::getpid());
  std::string text;
  for (size_t i = 0; i < field.memory.pages(); ++i) {
    auto state = map->state_of(field.at(i));
    if (state != PageState::present) {
      text += state == PageState::missing ? '.' : 'o';
    } else {
      int byte = look_at(field.at(i));
      text += byte >= 0xa0 ? "0123456789abcdef"[byte & 15] : 'o';
    }
  }
  return text;
}

}  // namespace

TEST_CASE("resolver: one page, every action") {
  struct {
    const char* what;
    Action action;
    const char* told;
    int touched;
  } const rows[] = {
      {"copy", Action::copy, "done, 1 pages", 0xa0},
      {"zero", Action::zero, "done, 1 pages", 0},
      {"poison", Action::poison, "done, 1 pages", -SIGBUS},
  };
  for (const auto& row : rows) {
    INFO(std::string(row.what));
    Field field(Memory::anonymous, 1);
    CHECK(told(answers(field, row.action, 0, 1, 0)) == row.told);
    CHECK(look_at(field.at(0)) == row.touched);
  }
  Mapping memory(Memory::shared, 1);
  *Mapping::view_of(memory).bytes() = 5;
  Field minor(std::move(memory), abi::kModeMinor);
  CHECK(told(answers(minor, Action::continue_, 0, 1, 0)) == "done, 1 pages");
  CHECK(look_at(minor.at(0)) == 5);

  Mapping written(Memory::anonymous, 1);
  *written.bytes() = 5;
  Field wp(std::move(written), abi::kModeWp);
  CHECK(wp.uffd.writeprotect(wp.at(0), page_size(), abi::kWriteprotectWp).complete());
  CHECK(told(answers(wp, Action::unprotect, 0, 1, 0)) == "done, 1 pages");
  *wp.memory.bytes() = 6;

  CHECK(told(answers(wp, Action::none, 0, 1, 0)) == "failed, 0 pages, EINVAL");
}

TEST_CASE("resolver: wake and pass give the page back as it was") {
  for (Action action : {Action::wake, Action::pass}) {
    Field field(Memory::anonymous, 1);
    Touch touch(field.uffd, field.at(0), How::read);
    REQUIRE(next_message(field.uffd));
    CHECK(told(answers(field, action, 0, 1, 0)) == "done, 1 pages");
    CHECK(next_message(field.uffd));  // it faulted again
    CHECK_FALSE(touch.over());
  }
}

TEST_CASE("resolver: EEXIST is a race: the waiter is woken, nothing is overwritten") {
  Field field(Memory::anonymous, 1);
  Touch touch(field.uffd, field.at(0), How::read);
  REQUIRE(next_message(field.uffd));
  auto bytes = page_of(field, 0x42);
  REQUIRE(field.uffd.copy(field.at(0), bytes.data(), bytes.size(), abi::kCopyDontwake).complete());
  CHECK(told(answers(field, Action::copy, 0, 1, 0)) == "done, 0 pages, 1 races");
  REQUIRE(touch.ends());
  CHECK(touch.value() == 0x42);
}

TEST_CASE("resolver: a block with pages that are there already") {
  struct {
    const char* before;  // x: the page is there
    size_t must;
    const char* told;
    const char* after;
    const char* reached;  // r: said to be there and awake
  } const rows[] = {
      {"........", 3, "done, 8 pages", "01234567", "rrrrrrrr"},
      {"........", 0, "done, 8 pages", "01234567", "rrrrrrrr"},
      {"........", 7, "done, 8 pages", "01234567", "rrrrrrrr"},
      {"x.......", 3, "done, 5 pages, 1 races", "o..34567", "r..rrrrr"},
      {"..x.....", 3, "done, 7 pages, 1 races", "01o34567", "rrrrrrrr"},
      {".....x..", 3, "done, 5 pages, 1 races", "01234o..", "rrrrrr.."},
      {"..x..x..", 3, "done, 4 pages, 2 races", "01o34o..", "rrrrrr.."},
      {"...x....", 3, "done, 3 pages, 1 races", "012o....", "rrrr...."},
      {"xxx.xxxx", 3, "done, 1 pages, 2 races", "ooo3oooo", "r..rr..."},
      {"xxxxxxxx", 3, "done, 0 pages, 2 races", "oooooooo", "r..r...."},
      {"xxxxxxx.", 7, "done, 1 pages, 1 races", "ooooooo7", "r......r"},
  };
  for (const auto& row : rows) {
    INFO(std::string(row.before) << ", for page " << row.must);
    Field field(Memory::anonymous, 8);
    for (size_t i = 0; i < 8; ++i) {
      if (row.before[i] == 'x') field.fill(i, 0x11);
    }
    auto resolution = answers(field, Action::copy, 0, 8, row.must);
    CHECK(told(resolution) == row.told);
    CHECK(content(field) == row.after);
    std::string reached;
    for (size_t i = 0; i < 8; ++i) reached += resolution.reaches(field.at(i)) ? 'r' : '.';
    CHECK(reached == row.reached);
  }
}

TEST_CASE("resolver: who waits for any page of a block is woken") {
  Field field(Memory::anonymous, 8);
  field.fill(2, 0x11);
  Touch first(field.uffd, field.at(1), How::read), last(field.uffd, field.at(7), How::read);
  REQUIRE(next_message(field.uffd));
  REQUIRE(next_message(field.uffd));
  CHECK(told(answers(field, Action::copy, 0, 8, 7)) == "done, 3 pages, 1 races");
  CHECK(first.ends());
  CHECK(last.ends());
  CHECK(last.value() == 0xa7);
}

TEST_CASE("resolver: a mapping that was split: the page is answered, its neighbours stay") {
  for (size_t split : {2, 3, 4}) {
    CAPTURE(split);
    Field field(Memory::anonymous, 8);
    REQUIRE(::madvise(field.memory.bytes(split), 4 * page_size(), MADV_DONTDUMP) == 0);
    Touch touch(field.uffd, field.at(3), How::read);
    REQUIRE(next_message(field.uffd));
    auto r = answers(field, Action::copy, 0, 8, 3);
    CHECK(r.outcome == Outcome::done);
    CHECK(r.err == 0);
    REQUIRE(touch.ends());
    CHECK(touch.value() == 0xa3);
  }
}

TEST_CASE("resolver: a block that is partly no longer registered") {
  Field field(Memory::anonymous, 8);
  REQUIRE(field.uffd.unregister_range(field.at(0), 2 * page_size()));
  REQUIRE(field.uffd.unregister_range(field.at(6), 2 * page_size()));
  auto r = answers(field, Action::copy, 0, 8, 3);
  CHECK(told(r) == "done, 1 pages");
  CHECK(content(field) == "...3....");
  CHECK(r.reaches(field.at(3)));
  CHECK_FALSE(r.reaches(field.at(2)));
  CHECK_FALSE(r.reaches(field.at(4)));
}

TEST_CASE("resolver: write protection that only the page's own mapping has") {
  Mapping memory(Memory::anonymous, 4);
  for (size_t i = 0; i < 4; ++i) *memory.bytes(i) = 1;
  Field field(std::move(memory), abi::kModeWp);
  REQUIRE(field.uffd.writeprotect(field.at(0), 4 * page_size(), abi::kWriteprotectWp).complete());
  REQUIRE(field.uffd.unregister_range(field.at(2), 2 * page_size()));
  Touch touch(field.uffd, field.at(1), How::write);
  REQUIRE(next_message(field.uffd));
  CHECK(answers(field, Action::unprotect, 0, 4, 1).outcome == Outcome::done);
  CHECK(touch.ends());
}

TEST_CASE("resolver: ENOENT: the mapping is gone, and the waiter is woken to find out") {
  Field field(Memory::anonymous, 2);
  Touch touch(field.uffd, field.at(0), How::read);
  REQUIRE(next_message(field.uffd));
  ::munmap(field.memory.bytes(), field.memory.length());
  ::usleep(10'000);
  CHECK_FALSE(touch.over());  // the kernel did not wake it
  CHECK(told(answers(field, Action::copy, 0, 2, 0)) == "no_range, 0 pages, ENOENT");
  REQUIRE(touch.ends());
  CHECK(touch.signal() == SIGSEGV);
}

TEST_CASE("resolver: EAGAIN: nothing is answered while an event is queued") {
  Field field(Memory::anonymous, 3, abi::kModeMissing, abi::kFeatEventRemove);
  {
    QueuedEvent event(field, 2);
    CHECK(told(answers(field, Action::copy, 0, 2, 0)) == "again, 0 pages, EAGAIN");
    CHECK(told(answers(field, Action::zero, 0, 2, 1)) == "again, 0 pages, EAGAIN");
  }
  CHECK(told(answers(field, Action::copy, 0, 2, 0)) == "done, 2 pages");
}

TEST_CASE("resolver: anything else is a failure, and the waiter still waits") {
  Field field(Memory::shared, 2);
  Touch touch(field.uffd, field.at(1), How::read);
  REQUIRE(next_message(field.uffd));
  REQUIRE(::ftruncate(field.memory.file(), static_cast<off_t>(page_size())) == 0);
  auto refused = answers(field, Action::copy, 0, 2, 1);
  CHECK(told(refused) == "failed, 1 pages, EFAULT");
  CHECK(refused.reaches(field.at(0)));  // the neighbour's waiter runs all the same
  CHECK_FALSE(refused.reaches(field.at(1)));
  CHECK(told(answers(field, Action::continue_, 1, 1, 1)).find("failed, 0 pages") == 0);
  ::usleep(10'000);
  CHECK_FALSE(touch.over());
  // A neighbour that is refused is no failure.
  ::madvise(field.memory.bytes(0), page_size(), MADV_REMOVE);
  auto bonus = answers(field, Action::copy, 0, 2, 0);
  CHECK(told(bonus) == "done, 1 pages");
  CHECK_FALSE(bonus.reaches(field.at(1)));
  CHECK(field.uffd.wake(field.at(1), page_size()));
  CHECK(touch.ends());
  CHECK(touch.signal() == SIGBUS);
}

TEST_CASE("resolver: ESRCH: the target's memory is gone") {
  NEEDS(without_privilege());
  Victim victim;
  auto uffd = victim.uffd();
  victim.kill();
  std::vector<uint8_t> bytes(4 * page_size());
  auto resolve = [&](Action action) {
    return told(
        small_pages().resolve(uffd, action, victim.at(0), bytes.size(), victim.at(2),
                              action == Action::copy ? std::span(bytes) : std::span<uint8_t>()));
  };
  CHECK(resolve(Action::copy) == "gone, 0 pages, ESRCH");
  CHECK(resolve(Action::zero) == "gone, 0 pages, ESRCH");
  CHECK(resolve(Action::poison) == "gone, 0 pages, ESRCH");
  CHECK(resolve(Action::unprotect) == "gone, 0 pages, ESRCH");
}

TEST_CASE("resolver: huge pages count as one each") {
  HugePages pool(3);
  NEEDS(pool.missing());
  const Resolver huge(21);
  Field field(Memory::huge, 3);
  auto bytes = page_of(field, 0x29, 3);
  auto one = std::span(bytes).first(kHugePage);
  CHECK(told(huge.resolve(field.uffd, Action::copy, field.at(0), kHugePage, field.at(0), one),
             kHugePage) == "done, 1 pages");
  CHECK(told(huge.resolve(field.uffd, Action::copy, field.at(0), 3 * kHugePage, field.at(1), bytes),
             kHugePage) == "done, 2 pages, 1 races");
  CHECK(all_bytes(field.memory.bytes(2), kHugePage, 0x29));
  CHECK(told(huge.resolve(field.uffd, Action::zero, field.at(2), kHugePage, field.at(2), {})) ==
        "failed, 0 pages, EINVAL");  // there is no huge page of zeros
}

TEST_CASE("resolver: each kind of fault has its plain answer") {
  CHECK(plain_answer(Kind::missing) == Action::zero);
  CHECK(plain_answer(Kind::wp) == Action::unprotect);
  CHECK(plain_answer(Kind::minor) == Action::continue_);
}

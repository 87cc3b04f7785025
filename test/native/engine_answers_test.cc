// The engine takes part in a process that nobody answers: by default, by hand, and where the kernel
// refuses.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>

#include <cerrno>

#include "kernel/page_size.h"
#include "support/engine_rig.h"
#include "support/eventually.h"
#include "support/huge_pages.h"
#include "support/needs.h"
#include "support/rows.h"

using namespace native_test;

namespace {

/// "answered: is answered", "refused (EFAULT): was refused by the kernel"
std::string told(const std::vector<ActOutcome>& outcomes) {
  std::string text;
  for (const auto& o : outcomes) {
    if (!text.empty()) text += "; ";
    text += o.ok ? "done: " : "not done: ";
    text += o.message;
    if (o.err) text += " (" + name_of(o.err) + ")";
  }
  return text;
}

Policy defaults(Default fallback) {
  Policy policy;
  policy.fallback = fallback;
  return policy;
}

std::shared_ptr<Source> shared(std::unique_ptr<Source> source) { return source; }

/// A source whose every byte is the number of its page.
class PageNumbers : public Source {
  Result<void> fill(uint64_t offset, std::span<uint8_t> into) override {
    for (size_t i = 0; i < into.size(); ++i) {
      into[i] = static_cast<uint8_t>((offset + i) / page_size());
    }
    return {};
  }
};

}  // namespace

TEST_CASE("engine: nobody reads, and the default zero answers them all, each once") {
  NEEDS(without_keeper());
  Victim victim;
  int before = victim.reads(0);  // waits already when we come
  EngineRig rig(victim, defaults(Default::zero));
  CHECK(rig.arm() == HandlerState::none);
  CHECK(victim.result(before) == "0");
  CHECK(victim.result(victim.reads(1)) == "0");
  CHECK(victim.result(victim.writes(2, 9)) == "9");
  CHECK(victim.result(victim.reads(2)) == "9");
  CHECK(rig.count(rig.engine.counters().resolved, 3) == 3);
  auto lines = rig.log(LogType::fault_resolve);
  REQUIRE(lines.size() == 3);
  for (const auto& line : lines) {
    CHECK(line.action == Action::zero);
    CHECK(line.by == By::default_);
    CHECK(line.a == page_size());
    CHECK(line.b <= line.c);
    CHECK(rig.record(line.seq).state == State::resolved);
  }
  auto write = rig.record(3);
  CHECK(write.access == Access::write);
  CHECK(write.kind == Kind::missing);
  CHECK(write.page == victim.at(2));
  CHECK(write.hits == 1);
  CHECK(rig.engine.latency().count() == 3);
  CHECK(rig.engine.counters().held == 0);
}

TEST_CASE("engine: a thousand faults of eight threads, none lost, none answered twice") {
  NEEDS(without_keeper());
  Victim victim({.pages = 1000});
  EngineRig rig(victim, defaults(Default::zero));
  rig.arm();
  std::vector<int> orders;
  for (size_t page = 0; page < 1000; ++page) orders.push_back(victim.reads(page));
  for (int order : orders) CHECK(victim.result(order) == "0");
  CHECK(rig.count(rig.engine.counters().resolved, 1000) == 1000);
  CHECK(rig.engine.counters().races == 0);
}

TEST_CASE("engine: each resolution by hand, and what the thread then finds") {
  NEEDS(without_keeper());
  struct {
    const char* what;
    Action action;
    const char* found;
  } const rows[] = {
      {"copy", Action::copy, "165"},
      {"zero", Action::zero, "0"},
      {"poison", Action::poison, "signal 7"},
  };
  for (const auto& row : rows) {
    INFO(std::string(row.what));
    Victim victim;
    EngineRig rig(victim, holding());
    rig.arm();
    int order = victim.reads(3);
    auto held = rig.held(1);
    CHECK(held[0].page == victim.at(3));
    CHECK(held[0].state == State::held);
    CHECK_FALSE(victim.over(order));
    auto source = row.action == Action::copy ? shared(pattern_source(165)) : nullptr;
    CHECK(told(rig.act({held[0].seq}, row.action, source)) == "done: is answered");
    CHECK(victim.result(order) == row.found);
    auto record = rig.record(held[0].seq);
    CHECK(record.state == State::resolved);
    CHECK(record.action == row.action);
    CHECK(record.by == By::operator_);
    CHECK(record.bytes == page_size());
    CHECK(rig.engine.waiting().empty());
    // Asked again, it is over.
    CHECK(told(rig.act({held[0].seq}, row.action, source)) == "done: was answered already");
    CHECK(told(rig.act({held[0].seq + 77}, row.action)) == "not done: does not wait any more");
    CHECK(told(rig.act({}, row.action)) == "");
  }
}

TEST_CASE("engine: wake gives the page back: its thread faults anew") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding());
  rig.arm();
  int order = victim.reads(0);
  auto first = rig.held(1)[0];
  CHECK(rig.act({first.seq}, Action::wake)[0].ok);
  REQUIRE(eventually([&] { return rig.engine.waiting().size() == 1; }));
  auto second = rig.held(1)[0];
  CHECK(second.seq == first.seq + 1);
  CHECK(second.page == first.page);
  CHECK(second.hits == 2);
  CHECK_FALSE(victim.over(order));
}

TEST_CASE("engine: a pass without a handler is a wake") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding());
  rig.arm();
  victim.reads(0);
  auto first = rig.held(1)[0];
  rig.act({first.seq}, Action::pass);
  CHECK(rig.record(first.seq).action == Action::wake);
  REQUIRE(eventually([&] { return rig.engine.counters().faults == 2; }));
}

TEST_CASE("engine: the default pass holds where there is no handler, instead of waking for ever") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, defaults(Default::pass));
  rig.arm();
  victim.reads(0);
  rig.held(1);
  ::usleep(50'000);
  CHECK(rig.engine.counters().faults == 1);
}

TEST_CASE("engine: a delay answers by the default when its time has come") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding(Default::zero));
  rig.arm();
  int order = victim.reads(0);
  auto fault = rig.held(1)[0];
  CHECK(told(rig.delay({fault.seq}, 100 * kMilli)) == "done: is delayed");
  auto delayed = rig.record(fault.seq);
  CHECK(delayed.state == State::delayed);
  CHECK(rig.engine.counters().delayed == 1);
  CHECK(rig.engine.counters().held == 0);
  CHECK(victim.result(order) == "0");
  auto record = rig.record(fault.seq);
  CHECK(record.answered_at >= delayed.due_at);
  CHECK(record.due_at == 0);
  CHECK(rig.engine.counters().delayed == 0);
}

TEST_CASE("engine: a hold has an end where one was named") {
  NEEDS(without_keeper());
  Victim victim;
  Policy policy = holding(Default::zero);
  policy.max_hold_ns = 100 * kMilli;
  EngineRig rig(victim, policy);
  rig.arm();
  int order = victim.reads(0);
  auto fault = rig.held(1)[0];
  CHECK(fault.due_at == fault.read_at + 100 * kMilli);
  CHECK(victim.result(order) == "0");
  auto record = rig.record(fault.seq);
  CHECK(record.by == By::default_);
  CHECK(record.answered_at - record.read_at >= 100 * kMilli);
}

TEST_CASE("engine: edited bytes are what the thread reads, and taken back they are not") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding(Default::zero));
  rig.arm();
  int edited = victim.reads(1), reverted = victim.reads(2);
  auto held = rig.held(2);
  auto seq_of = [&](size_t page) { return held[held[0].page == victim.at(page) ? 0 : 1].seq; };
  rig.engine.edit(seq_of(1), {0x5e, 1, 2});
  rig.engine.edit(seq_of(2), {0x5e});
  rig.engine.edit(seq_of(2), {});
  std::vector<uint8_t> preview(4);
  rig.settle();
  CHECK(rig.engine.preview(rig.record(seq_of(1)), preview));
  CHECK(preview == std::vector<uint8_t>{0x5e, 1, 2, 0});
  CHECK((rig.record(seq_of(1)).flags & kFlagEdited) != 0);
  CHECK((rig.record(seq_of(2)).flags & kFlagEdited) == 0);
  rig.answer({seq_of(1), seq_of(2)});
  CHECK(victim.result(edited) == "94");
  CHECK(victim.result(reverted) == "0");
}

TEST_CASE("engine: two threads on one page are answered by one resolution") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding());
  rig.arm();
  int first = victim.reads(5), second = victim.reads(5);
  auto held = rig.held(2);
  CHECK(told(rig.act({held[0].seq}, Action::copy, shared(pattern_source(7)))) ==
        "done: is answered");
  CHECK(victim.result(first) == "7");
  CHECK(victim.result(second) == "7");
  rig.held(0);
  CHECK(rig.record(held[1].seq).state == State::resolved);
  CHECK(rig.engine.counters().resolved == 2);
  CHECK(rig.engine.counters().held == 0);
  uint64_t version;
  CHECK(rig.engine.ranges(1, version)[0].counts->held == 0);
}

TEST_CASE("engine: a block is answered at once, from its place in the source") {
  NEEDS(without_keeper());
  Victim victim({.pages = 64});
  Policy policy = defaults(Default::source);
  policy.source = std::make_shared<PageNumbers>();
  policy.granularity = 16 * page_size();
  EngineRig rig(victim, policy);
  rig.arm();
  size_t page = 40;
  CHECK(victim.result(victim.reads(page)) == "40");
  for (size_t i = 0; i < 64; ++i) CHECK(victim.result(victim.reads(i)) == std::to_string(i));
  // Blocks lie where addresses divide, so the range has four or five of them.
  CHECK(rig.engine.counters().faults >= 4);
  CHECK(rig.engine.counters().faults <= 5);
}

TEST_CASE("engine: the other faults of a block are over only where the block reached") {
  NEEDS(without_keeper());
  Victim victim({.pages = 64});
  Policy policy = holding(Default::source);
  policy.source = std::make_shared<PageNumbers>();
  policy.granularity = 16 * page_size();
  EngineRig rig(victim, policy);
  // Three pages of one block, the middle one of which is there already.
  size_t first = 0;
  while (victim.at(first) % (16 * page_size())) ++first;
  auto uffd = victim.uffd();
  REQUIRE(uffd.zeropage(victim.at(first + 8), page_size()).complete());
  rig.arm();
  int low = victim.reads(first + 2), high = victim.reads(first + 12);
  auto held = rig.held(2);
  auto& answered = held[0].page == victim.at(first + 2) ? held[0] : held[1];
  rig.answer({answered.seq});
  CHECK(victim.result(low) == std::to_string(first + 2));
  ::usleep(20'000);
  if (victim.over(high)) {
    rig.held(0);
  } else {
    auto still = rig.held(1);  // it waits, so it must be known to wait
    CHECK(still[0].page == victim.at(first + 12));
    rig.answer({still[0].seq});
  }
  CHECK(victim.result(high) == std::to_string(first + 12));
}

TEST_CASE("engine: edited bytes are one page's, whatever the granularity") {
  NEEDS(without_keeper());
  Victim victim({.pages = 64});
  Policy policy = holding(Default::zero);
  policy.granularity = 16 * page_size();
  EngineRig rig(victim, policy);
  rig.arm();
  size_t page = 0;
  while ((victim.at(page) / page_size()) % 16 != 5) ++page;
  int order = victim.reads(page);
  auto fault = rig.held(1)[0];
  rig.engine.edit(fault.seq, {0x5e});
  rig.answer({fault.seq});
  CHECK(victim.result(order) == "94");
  int by_hand = victim.reads(page + 1);
  auto next = rig.held(1)[0];
  rig.act({next.seq}, Action::copy, shared(bytes_source({0x21})));
  CHECK(victim.result(by_hand) == "33");
}

TEST_CASE("engine: a source that ends is a failure that is told, and the fault still waits") {
  NEEDS(without_keeper());
  Victim victim;
  UniqueFd file(::memfd_create("short", MFD_CLOEXEC));
  REQUIRE(::ftruncate(file.get(), 2 * static_cast<off_t>(page_size())) == 0);
  Policy policy = defaults(Default::source);
  policy.source = file_source(std::move(file), 0);
  policy.granularity = 8 * page_size();
  EngineRig rig(victim, policy);
  rig.arm();
  CHECK(victim.result(victim.reads(1)) ==
        "0");  // the block is longer than the file, the page is not
  int order = victim.reads(2);
  auto fault = rig.held(1)[0];
  rig.settle();
  fault = rig.record(fault.seq);
  CHECK(fault.state == State::failed);
  CHECK(name_of(fault.err) == "ENODATA");
  CHECK(rig.engine.counters().failed == 1);
  CHECK(rig.notices() == std::vector{Notice::source_short});
  CHECK_FALSE(victim.over(order));
  CHECK(told(rig.answer({fault.seq})) == "not done: was refused by the kernel (ENODATA)");
  CHECK(told(rig.act({fault.seq}, Action::zero)) == "done: is answered");
  CHECK(victim.result(order) == "0");
}

TEST_CASE("engine: what the kernel refuses still waits, with its errno") {
  NEEDS(without_keeper());
  Victim victim;
  EngineRig rig(victim, holding());
  rig.arm();
  int order = victim.reads(0);
  auto fault = rig.held(1)[0];
  CHECK(told(rig.act({fault.seq}, Action::continue_)) ==
        "not done: was refused by the kernel (EINVAL)");
  auto refused = rig.held(1)[0];
  CHECK(refused.state == State::failed);
  CHECK(name_of(refused.err) == "EINVAL");
  CHECK_FALSE(victim.over(order));
  CHECK(told(rig.act({fault.seq}, Action::zero)) == "done: is answered");
  CHECK(rig.record(fault.seq).err == 0);
  CHECK(victim.result(order) == "0");
}

TEST_CASE("engine: write-protect and minor faults have their own plain answers") {
  NEEDS(without_keeper());
  Victim wp({.modes = 1 | 2});
  auto uffd = wp.uffd();
  EngineRig wp_rig(wp, defaults(Default::zero));
  wp_rig.arm();
  CHECK(wp.result(wp.writes(0, 5)) == "5");
  REQUIRE(uffd.writeprotect(wp.at(0), wp.unit(), abi::kWriteprotectWp).complete());
  CHECK(wp.result(wp.writes(0, 6)) == "6");
  CHECK(wp_rig.count(wp_rig.engine.counters().resolved, 2) == 2);
  CHECK(wp_rig.record(2).kind == Kind::wp);
  CHECK(wp_rig.record(2).action == Action::unprotect);

  Victim minor({.kind = "shared", .modes = 1 | 4});
  EngineRig minor_rig(minor, defaults(Default::zero));
  minor_rig.arm();
  CHECK(minor.result(minor.writes(0, 5)) == "5");
  CHECK(minor.result(minor.order("remove", 0, 1)) == "0");  // unmapped here, still in the file
  CHECK(minor.result(minor.reads(0)) == "5");
  CHECK(minor_rig.count(minor_rig.engine.counters().resolved, 2) == 2);
  CHECK(minor_rig.record(2).kind == Kind::minor);
  CHECK(minor_rig.record(2).action == Action::continue_);
}

TEST_CASE("engine: huge pages, answered whole") {
  NEEDS(without_keeper());
  HugePages pool(2);
  NEEDS(pool.missing());
  Victim victim({.kind = "huge", .pages = 2});
  EngineRig rig(victim, defaults(Default::zero));
  rig.arm();
  CHECK(victim.result(victim.writes(1, 4)) == "4");
  auto record = rig.record(1);
  CHECK(record.page == victim.at(1));
  CHECK(record.bytes == kHugePage);
  CHECK(record.page_shift == 21);
}

TEST_CASE("engine: a filter holds what it matches, the rest has the default") {
  NEEDS(without_keeper());
  struct Writes : FaultFilter {
    bool matches(const FaultRecord& f, const RangeInfo*) const override {
      return f.access == Access::write;
    }
  };
  Victim victim;
  EngineRig rig(victim, defaults(Default::zero));
  rig.engine.set_hold(true, std::make_shared<Writes>());
  rig.arm();
  CHECK(victim.result(victim.reads(0)) == "0");
  int order = victim.writes(1, 3);
  auto fault = rig.held(1)[0];
  rig.engine.set_hold(false, nullptr);
  CHECK(victim.result(victim.writes(2, 3)) == "3");
  CHECK_FALSE(victim.over(order));  // held before, held still
  rig.answer({fault.seq});
  CHECK(victim.result(order) == "3");
}

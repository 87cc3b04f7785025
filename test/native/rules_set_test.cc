// What a list of rules says of a fault: in order, counted, and with candidates never fewer than a
// look at every rule would find.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "engine/fault_subject.h"
#include "engine/rules/draw.h"
#include "engine/rules/rule_set.h"
#include "support/program_writer.h"

using namespace uffdscope;
using namespace native_test;

namespace {

using Rules = std::vector<Rule>;

/// A list with its memories, so that a test can look at what was counted.
struct List {
  std::vector<std::shared_ptr<RuleMemory>> memories;
  std::unique_ptr<RuleSet> set;
  explicit List(const Rules& rules, uint64_t seed = 1) {
    std::vector<std::shared_ptr<const Rule>> shared;
    for (const Rule& r : rules) {
      shared.push_back(std::make_shared<Rule>(r));
      memories.push_back(std::make_shared<RuleMemory>());
    }
    set = std::make_unique<RuleSet>(shared, memories, seed, 0);
  }
  Decision decide(const FaultRecord& f, const RangeInfo* range = nullptr) {
    Decision d;
    set->decide(f, range, d);
    return d;
  }
  uint64_t matched(size_t i) { return memories[i]->counts.matched; }
  uint64_t acted(size_t i) { return memories[i]->counts.acted; }
};

Rule rule(uint32_t id, RuleAction action) {
  Rule r;
  r.id = id;
  r.key = id;
  r.action = action;
  return r;
}

FaultRecord fault(uint64_t page, Kind kind = Kind::missing, uint32_t tid = 1, uint32_t hits = 1) {
  FaultRecord f{};
  f.address = f.page = page;
  f.page_shift = 12;
  f.tid = tid;
  f.kind = kind;
  f.hits = hits;
  f.monitor = 1;
  return f;
}

/// Some tests one behind the other; all must hold.
FilterProgram random_filter(std::mt19937_64& random) {
  Writer w;
  const auto count = static_cast<uint16_t>(1 + random() % 3);
  uint16_t kept = 0;
  for (uint16_t i = 0; i < count; ++i) {
    const uint16_t yes = i + 1 == count ? kAccept : static_cast<uint16_t>(i + 1);
    switch (random() % 5) {
      case 0:
        w.number(mask, kind, random() % 8, 0, yes, kReject);
        break;
      case 1:
        w.number(mask, Number::access, random() % 4, 0, yes, kReject);
        break;
      case 2: {
        const uint64_t from = random() % 8 * 4096;
        w.number(span, off, from, from + random() % 5 * 4096, yes, kReject);
        break;
      }
      case 3: {
        const char* names[] = {"heap", "cache", "anon", "db"};
        w.text(random() % 2 ? range_name : contains, range, names[random() % 4], kept++);
        w.tests.back().yes = yes;
        if (random() % 4 == 0) std::swap(w.tests.back().yes, w.tests.back().no);
        break;
      }
      default:
        w.number(span, hits, 1 + random() % 3, ~0ull >> 1, yes, kReject);
    }
  }
  return w.load();
}

/// Every rule asked in turn, with nothing remembered of ranges.
struct Plain {
  uint32_t decides = 0;
  RuleAction action = RuleAction::none;
  std::vector<uint32_t> took;
};
Plain plainly(const Rules& rules, const FaultRecord& f, const RangeInfo* range) {
  Plain plain;
  const FaultText text(f, range);
  for (const Rule& r : rules) {
    if (!r.can(f.kind)) continue;
    if (r.filter && !r.filter->matches(subject_of(f, range, 0), text)) continue;
    plain.took.push_back(r.id);
    plain.decides = r.id;
    plain.action = r.action;
    if (r.action != RuleAction::none) break;
  }
  return plain;
}

}  // namespace

TEST_CASE("rules: candidates by range, kind and access never lose a rule") {
  std::mt19937_64 random(11);
  const RuleAction actions[] = {RuleAction::none,      RuleAction::zero,   RuleAction::continue_,
                                RuleAction::unprotect, RuleAction::poison, RuleAction::hold,
                                RuleAction::copy};
  std::vector<RangeInfo> ranges(4);
  const char* names[] = {"heap", "shm:cache", "anon[2]", "memfd:db"};
  for (uint32_t i = 0; i < ranges.size(); ++i) {
    ranges[i].id = i + 1;
    ranges[i].start = 0x10000 * (i + 1);
    ranges[i].end = ranges[i].start + 0x10000;
    ranges[i].name = names[i];
  }
  int decided = 0;
  for (int round = 0; round < 150; ++round) {
    Rules rules;
    for (uint32_t id = 1; id <= 1 + random() % 12; ++id) {
      rules.push_back(rule(id, actions[random() % std::size(actions)]));
      if (random() % 8) rules.back().filter = random_filter(random);
    }
    List list(rules);
    std::vector<uint64_t> took(rules.size() + 1);
    for (int i = 0; i < 200; ++i) {
      const RangeInfo* range = random() % 10 ? &ranges[random() % ranges.size()] : nullptr;
      FaultRecord f = fault((range ? range->start : 0x900000) + random() % 16 * 4096,
                            static_cast<Kind>(random() % 3), 1, 1 + random() % 4);
      f.access = static_cast<Access>(random() % 2);
      f.range_id = range ? range->id : kNoRange;
      const Plain plain = plainly(rules, f, range);
      const Decision d = list.decide(f, range);
      REQUIRE(d.rule == plain.decides);
      REQUIRE(d.action == plain.action);
      for (uint32_t id : plain.took) ++took[id];
      decided += d.rule != 0;
    }
    for (size_t i = 0; i < rules.size(); ++i) REQUIRE(list.matched(i) == took[i + 1]);
  }
  CHECK(decided > 10000);
}

TEST_CASE("rules: modifiers before the action add up, none behind it") {
  Rules rules{rule(1, RuleAction::none), rule(2, RuleAction::none), rule(3, RuleAction::zero),
              rule(4, RuleAction::none)};
  for (Rule& r : rules) {
    r.delay = {DelaySpec::Law::fixed, 1000, 0};
    r.short_bytes = 100 * r.id;
  }
  rules[1].duplicate = true;
  List list(rules);
  const Decision d = list.decide(fault(0));
  CHECK(d.delay_ns == 3000);
  CHECK(d.short_bytes == 100);
  CHECK(d.duplicate);
  CHECK(d.action == RuleAction::zero);
  CHECK(d.rule == 3);
  CHECK(list.matched(3) == 0);
}

TEST_CASE("rules: what an action cannot do is left to the rules behind it") {
  List list({rule(1, RuleAction::copy), rule(2, RuleAction::continue_),
             rule(3, RuleAction::unprotect), rule(4, RuleAction::poison)});
  CHECK(list.decide(fault(0, Kind::missing)).rule == 1);
  CHECK(list.decide(fault(0, Kind::minor)).rule == 2);
  CHECK(list.decide(fault(0, Kind::wp)).rule == 3);
  List poison({rule(4, RuleAction::poison)});
  Decision d;
  CHECK_FALSE(poison.set->decide(fault(0, Kind::wp), nullptr, d));
}

TEST_CASE("rules: when and limit count by rule, thread or page") {
  auto taken = [](Scope per, std::optional<When> when, uint64_t limit) {
    Rule r = rule(1, RuleAction::zero);
    r.per = per;
    r.when = when;
    r.limit = limit;
    List list({r});
    std::string took;
    for (uint32_t round = 0; round < 3; ++round)
      for (uint32_t tid = 1; tid <= 2; ++tid)
        for (uint64_t page = 0; page < 2; ++page)
          took +=
              list.decide(fault(page << 12, Kind::missing, tid, round * 2 + tid)).rule ? 'x' : '.';
    CHECK(list.matched(0) == 12);
    CHECK(list.acted(0) == static_cast<uint64_t>(std::ranges::count(took, 'x')));
    return took;
  };
  CHECK(taken(Scope::rule, When{2, 2, 1}, 0) == ".x..........");
  CHECK(taken(Scope::rule, When{3, 9, 2}, 0) == "..x.x.x.x...");
  CHECK(taken(Scope::rule, std::nullopt, 3) == "xxx.........");
  CHECK(taken(Scope::thread, std::nullopt, 1) == "x.x.........");
  CHECK(taken(Scope::page, std::nullopt, 1) == "xx..........");
  CHECK(taken(Scope::page, When{3, 3, 1}, 0) == "....xx......");
  CHECK(taken(Scope::thread, When{1, 6, 5}, 0) == "x.x......x.x");
}

TEST_CASE("rules: threads that fault a page together are one match of it") {
  Rule r = rule(1, RuleAction::zero);
  r.per = Scope::page;
  r.when = When{2, 2, 1};
  List list({r});
  for (uint32_t hits = 1; hits <= 3; ++hits)
    for (uint32_t tid = 1; tid <= 4; ++tid)
      CHECK((list.decide(fault(0, Kind::missing, tid, hits)).rule == 1) == (hits == 2));
  FaultRecord childs = fault(0, Kind::missing, 1, 1);
  childs.monitor = 2;  // the same address in another memory
  CHECK(list.decide(childs).rule == 0);
}

TEST_CASE("rules: threads that fault a page together draw the same") {
  Rule r = rule(1, RuleAction::zero);
  r.per = Scope::page;
  r.when = When{1, 9, 1};
  r.prob = 0.9;
  r.delay = {DelaySpec::Law::uniform, 0, 1e9};
  List list({r});
  for (uint64_t page = 0; page < 64 << 12; page += 1 << 12) {
    const Decision first = list.decide(fault(page, Kind::missing, 1));
    const Decision second = list.decide(fault(page, Kind::missing, 2));
    CHECK(first.rule == second.rule);
    CHECK(first.delay_ns == second.delay_ns);
  }
}

TEST_CASE("rules: a decision names every rule that had a part in it") {
  Rule slow = rule(1, RuleAction::none), zero = rule(2, RuleAction::zero);
  slow.delay = {DelaySpec::Law::fixed, 1e6, 0};
  List list({slow, zero});
  const Decision d = list.decide(fault(0));
  CHECK(d.rule == 2);
  CHECK(d.makers == std::vector<uint32_t>{1, 2});
}

TEST_CASE("rules: chance hangs on rule, range, page and hit, on nothing else") {
  Rule r = rule(1, RuleAction::zero);
  r.prob = 0.5;
  auto decisions = [&](uint64_t seed, const char* name, uint64_t start, bool backwards) {
    List list({r}, seed);
    RangeInfo range;
    range.id = 1;
    range.start = start;
    range.end = start + (256 << 12);
    range.name = name;
    std::vector<bool> took(256);
    for (uint64_t i = 0; i < 256; ++i) {
      const uint64_t page = backwards ? 255 - i : i;
      FaultRecord f = fault(start + (page << 12), Kind::missing, static_cast<uint32_t>(i));
      f.range_id = range.id;
      took[page] = list.decide(f, &range).rule == 1;
    }
    return took;
  };
  const auto first = decisions(1, "heap", 0x7f0000000000, false);
  CHECK(first == decisions(1, "heap", 0x7f0000000000, true));   // the order of threads
  CHECK(first == decisions(1, "heap", 0x550000000000, false));  // the address
  CHECK(first != decisions(2, "heap", 0x7f0000000000, false));
  CHECK(first != decisions(1, "cache", 0x7f0000000000, false));
  const auto taken = std::ranges::count(first, true);
  CHECK(taken > 96);
  CHECK(taken < 160);
}

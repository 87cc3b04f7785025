// What is drawn for a rule: the same on every machine, and spread as its law says.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "engine/rules/draw.h"

using namespace uffdscope;
using Law = DelaySpec::Law;

namespace {

constexpr int kMany = 40000;

struct Spread {
  double mean, deviation;
  int64_t least, most;
};

/// Of delays drawn for as many pages.
Spread spread(DelaySpec spec) {
  std::vector<int64_t> all;
  double sum = 0;
  for (uint64_t page = 0; page < kMany; ++page) {
    all.push_back(Draws(7, 1, 2, page, 1).delay(spec));
    sum += static_cast<double>(all.back());
  }
  const double mean = sum / kMany;
  double squares = 0;
  for (int64_t ns : all)
    squares += (static_cast<double>(ns) - mean) * (static_cast<double>(ns) - mean);
  const auto [least, most] = std::ranges::minmax(all);
  return {mean, std::sqrt(squares / kMany), least, most};
}

bool near(double value, double wanted, double share) {
  return std::abs(value - wanted) <= share * wanted;
}

}  // namespace

TEST_CASE("draws: written down, so that every machine draws the same") {
  CHECK(mix(0) == 0xe220a8397b1dcdaf);  // as published for splitmix64
  CHECK(mix(1) == 0x910a2dec89025cc1);
  CHECK(hash_text("") == 0xcbf29ce484222325);  // as published for FNV-1a
  CHECK(hash_text("heap") == 0x0a8f06cc5f99f79f);
  Draws draws(1, hash_text("slow"), hash_text("heap"), 7, 1);
  for (uint64_t wanted :
       {0x5a57a40343b395eau, 0x880ca339486b9a24u, 0x8a5ecbd18d408850u, 0x0d8307eaaf50da2au})
    CHECK(draws.next() == wanted);
  Draws shares(42, hash_text("slow"), hash_text("anon[0]"), 0, 3);
  CHECK(shares.share() == 0.7105668481072163);
  CHECK(shares.share() == 0.4130535450400823);
}

TEST_CASE("draws: delays, where a libm may differ by a nanosecond") {
  struct Row {
    DelaySpec spec;
    int64_t ns;
  };
  for (const auto& [spec, ns] : {Row{{Law::fixed, 5e6, 0}, 5'000'000},
                                 {{Law::fixed, 5e6, 2e6}, 4'672'503},
                                 {{Law::uniform, 1e6, 9e6}, 4'345'007},
                                 {{Law::exp, 5e6, 0}, 2'707'506},
                                 {{Law::normal, 5e6, 1e6}, 5'431'237},
                                 {{Law::pareto, 1e6, 1.5}, 1'434'764},
                                 {{Law::none, 5e6, 5e6}, 0}}) {
    CAPTURE(static_cast<int>(spec.law));
    CHECK(std::abs(Draws(1, 2, 3, 4, 5).delay(spec) - ns) <= 1);
  }
}

TEST_CASE("draws: every part of what they hang on changes them") {
  const uint64_t first = Draws(1, 2, 3, 4, 5).next();
  CHECK(Draws(1, 2, 3, 4, 5).next() == first);
  CHECK(Draws(9, 2, 3, 4, 5).next() != first);
  CHECK(Draws(1, 9, 3, 4, 5).next() != first);
  CHECK(Draws(1, 2, 9, 4, 5).next() != first);
  CHECK(Draws(1, 2, 3, 9, 5).next() != first);
  CHECK(Draws(1, 2, 3, 4, 9).next() != first);
  CHECK(Draws(2, 1, 3, 4, 5).next() != first);
}

TEST_CASE("draws: a share of the pages, as large as was asked, and strewn") {
  for (double wanted : {0.01, 0.1, 0.5, 0.9}) {
    int taken = 0, pairs = 0;
    bool before = false;
    for (uint64_t page = 0; page < kMany; ++page) {
      const bool takes = Draws(3, 4, 5, page, 1).share() < wanted;
      taken += takes;
      pairs += takes && before;
      before = takes;
    }
    CAPTURE(wanted);
    const double expected = kMany * wanted;
    CHECK(std::abs(taken - expected) < 5 * std::sqrt(expected));
    const double neighbours = kMany * wanted * wanted;
    CHECK(std::abs(pairs - neighbours) < 5 * std::sqrt(neighbours) + 5);
  }
}

TEST_CASE("draws: delays stay within their bounds and have the mean of their law") {
  const auto fixed = spread({Law::fixed, 5e6, 2e6});
  CHECK(fixed.least >= 3'000'000);
  CHECK(fixed.most <= 7'000'000);
  CHECK(near(fixed.mean, 5e6, 0.01));
  const auto uniform = spread({Law::uniform, 1e6, 9e6});
  CHECK(uniform.least >= 1'000'000);
  CHECK(uniform.least < 1'010'000);
  CHECK(uniform.most <= 9'000'000);
  CHECK(uniform.most > 8'990'000);
  CHECK(near(uniform.mean, 5e6, 0.01));
  const auto normal = spread({Law::normal, 5e6, 1e6});
  CHECK(near(normal.mean, 5e6, 0.01));
  CHECK(near(normal.deviation, 1e6, 0.03));
  const auto exp = spread({Law::exp, 5e6, 0});
  CHECK(near(exp.mean, 5e6, 0.03));
  CHECK(near(exp.deviation, 5e6, 0.05));
  const auto pareto = spread({Law::pareto, 1e6, 3});
  CHECK(pareto.least >= 1'000'000);
  CHECK(near(pareto.mean, 1.5e6, 0.03));  // least * shape / (shape - 1)
}

TEST_CASE("draws: no delay is negative, and none longer than a day") {
  const auto wide = spread({Law::normal, 1e6, 1e9});
  CHECK(wide.least == 0);
  const auto heavy = spread({Law::pareto, 1e12, 0.05});
  CHECK(heavy.most == 86'400'000'000'000);
}

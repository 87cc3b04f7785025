// Quantiles of durations, never more than 1.6 % off.
#include "engine/histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

using uffdscope::Histogram;

namespace {

std::unique_ptr<Histogram> of(const std::vector<int64_t>& values) {
  auto histogram = std::make_unique<Histogram>();
  for (int64_t v : values) histogram->record(v);
  return histogram;
}

}  // namespace

TEST_CASE("histogram: empty, it knows nothing") {
  auto none = of({});
  CHECK(none->count() == 0);
  CHECK(none->sum() == 0);
  CHECK(none->max() == 0);
  CHECK(none->quantile(0) == 0);
  CHECK(none->quantile(0.5) == 0);
  CHECK(none->quantile(1) == 0);
}

TEST_CASE("histogram: the edges of the range of values") {
  CHECK(of({0})->quantile(0.5) == 0);
  CHECK(of({1})->quantile(0.5) == 1);
  auto largest = of({INT64_MAX});
  CHECK(largest->max() == INT64_MAX);
  CHECK(largest->quantile(1) == INT64_MAX);
  auto backwards = of({-5});  // a clock that went back counts as no time, not as half an eternity
  CHECK(backwards->count() == 1);
  CHECK(backwards->max() == 0);
  CHECK(backwards->sum() == 0);
}

TEST_CASE("histogram: every value has a bucket that holds it, and buckets ascend without a gap") {
  for (size_t i = 1; i < Histogram::kBuckets; ++i) {
    CHECK(Histogram::upper_of(i) > Histogram::upper_of(i - 1));
    CHECK(Histogram::index_of(Histogram::upper_of(i)) == i);
    CHECK(Histogram::index_of(Histogram::upper_of(i - 1) + 1) == i);
  }
  CHECK(Histogram::index_of(0) == 0);
  CHECK(Histogram::index_of(INT64_MAX) == Histogram::kBuckets - 1);
}

TEST_CASE("histogram: a value is told at most 1.6 % too large, and never too small") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    uint64_t v = random() >> (random() % 63 + 1);
    uint64_t told = Histogram::upper_of(Histogram::index_of(v));
    CHECK(told >= v);
    CHECK(static_cast<double>(told - v) <= 0.016 * static_cast<double>(v));
  }
}

TEST_CASE("histogram: quantiles of many values against the values sorted") {
  std::mt19937_64 random(2);
  std::lognormal_distribution<double> latencies(9, 1.5);
  std::vector<int64_t> values;
  for (int i = 0; i < 50000; ++i) values.push_back(static_cast<int64_t>(latencies(random)));
  auto histogram = of(values);
  std::sort(values.begin(), values.end());
  CHECK(histogram->count() == values.size());
  CHECK(histogram->max() == static_cast<uint64_t>(values.back()));
  for (double q : {0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    CAPTURE(q);
    auto rank =
        std::max<size_t>(1, static_cast<size_t>(std::ceil(q * static_cast<double>(values.size()))));
    auto exact = static_cast<double>(values[rank - 1]);
    auto told = static_cast<double>(histogram->quantile(q));
    CHECK(told >= exact);
    CHECK(told <= exact * 1.016);
  }
}

TEST_CASE("histogram: few values: the median of two is the lower, the largest is exact") {
  auto two = of({10, 1'000'003});
  CHECK(two->quantile(0.5) == 10);
  CHECK(two->quantile(0.99) == 1'000'003);
  CHECK(two->quantile(1) == 1'000'003);
  CHECK(two->sum() == 1'000'013);
}

TEST_CASE("histogram: read while it is written") {
  Histogram histogram;
  std::thread writer([&] {
    for (int64_t i = 0; i < 100000; ++i) histogram.record(i % 1000);
  });
  uint64_t last = 0;
  while (last < 100000) {
    CHECK(histogram.quantile(0.99) <= 1010);
    uint64_t count = histogram.count();
    CHECK(count >= last);
    last = count;
  }
  writer.join();
  CHECK(histogram.count() == 100000);
}

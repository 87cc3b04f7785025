// Bytes spoiled on purpose: exactly those that were named.
#include <doctest/doctest.h>

#include <bit>
#include <vector>

#include "engine/rules/damage.h"
#include "engine/rules/rule_set.h"

using namespace uffdscope;
using Bytes = std::vector<uint8_t>;
using What = Damage::What;

namespace {

Bytes spoiled(Bytes bytes, std::vector<Damage> damages, uint64_t seed = 1) {
  spoil(bytes, damages, seed);
  return bytes;
}

int bits_set(const Bytes& bytes) {
  int n = 0;
  for (uint8_t b : bytes) n += std::popcount(b);
  return n;
}

}  // namespace

TEST_CASE("damage: one by one") {
  const Bytes plain{0x00, 0x0f, 0xff};
  CHECK(spoiled(plain, {{What::xor_, 0xff, {}}}) == Bytes{0xff, 0xf0, 0x00});
  CHECK(spoiled(plain, {{What::fill, 0x5a, {}}}) == Bytes{0x5a, 0x5a, 0x5a});
  CHECK(spoiled(plain, {{What::off, 1, {0xde}}}) == Bytes{0x00, 0xde, 0xff});
  CHECK(spoiled(plain, {}) == plain);
  CHECK(spoiled({}, {{What::flip, 1, {}}, {What::fill, 1, {}}}).empty());
}

TEST_CASE("damage: bytes that reach past the end are cut, those behind it are none") {
  CHECK(spoiled(Bytes(3, 0), {{What::off, 2, {1, 2, 3}}}) == Bytes{0, 0, 1});
  CHECK(spoiled(Bytes(3, 0), {{What::off, 3, {1}}}) == Bytes(3, 0));
  CHECK(spoiled(Bytes(3, 0), {{What::off, ~0ull, {1, 2}}}) == Bytes(3, 0));
}

TEST_CASE("damage: several in the order they are written") {
  CHECK(spoiled(Bytes(2, 0), {{What::fill, 1, {}}, {What::xor_, 3, {}}}) == Bytes{2, 2});
  CHECK(spoiled(Bytes(2, 0), {{What::xor_, 3, {}}, {What::fill, 1, {}}}) == Bytes{1, 1});
}

TEST_CASE("damage: a flipped bit is one bit, the same for the same seed") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Bytes once = spoiled(Bytes(4096, 0), {{What::flip, 1, {}}}, seed);
    CHECK(bits_set(once) == 1);
    CHECK(once == spoiled(Bytes(4096, 0), {{What::flip, 1, {}}}, seed));
  }
  CHECK(spoiled(Bytes(4096, 0), {{What::flip, 1, {}}}, 1) !=
        spoiled(Bytes(4096, 0), {{What::flip, 1, {}}}, 2));
  const int many = bits_set(spoiled(Bytes(4096, 0), {{What::flip, 64, {}}}));
  CHECK(many > 50);
  CHECK(many <= 64);
}

TEST_CASE("damage: of a block only the page that faulted is spoiled; what is short ends in zeros") {
  auto rule = std::make_shared<Rule>();
  rule->damage = {{What::fill, 0xee, {}}};
  Decision d;
  d.damage.emplace_back(rule, 1);
  Bytes block(16, 0x11);
  d.alter(block, 0x1000, 0x1008, 4);  // pages of four bytes: the third
  CHECK(block == Bytes{0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,  //
                       0xee, 0xee, 0xee, 0xee, 0x11, 0x11, 0x11, 0x11});
  Decision shorter;
  shorter.short_bytes = 3;
  Bytes five(5, 0x22);
  shorter.alter(five, 0, 0, 4);
  CHECK(five == Bytes{0x22, 0x22, 0x22, 0, 0});
}

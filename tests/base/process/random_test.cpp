// The generator against the known answers of its authors, and what a stream promises.
#include "udrl/base/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "catch.hpp"

using namespace udrl;
using Words = std::array<std::uint32_t, 4>;

namespace {

std::vector<std::uint32_t> draw(RandomStream stream, std::size_t n) {
  std::vector<std::uint32_t> values(n);
  std::generate(values.begin(), values.end(), [&] { return stream(); });
  return values;
}

}  // namespace

// The lines "philox4x32 10" of tests/kat_vectors in the Random123 library.
TEST_CASE("philox gives the known answers of Random123") {
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox4x32_10({ones, ones, ones, ones}, {ones, ones}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream is a function of seed and key") {
  CHECK(draw({7, "record"}, 50) == draw({7, "record"}, 50));
  CHECK(draw({7, "record"}, 50) != draw({8, "record"}, 50));
  CHECK(draw({7, "record"}, 50) != draw({7, "recore"}, 50));
  CHECK(draw({7, ""}, 50) != draw({8, ""}, 50));
}

// Committed data was drawn with these: a change here is a change of every seed's meaning.
TEST_CASE("streams stay what they were when the first data was made") {
  CHECK(draw({1, "golden"}, 6) ==
        std::vector<std::uint32_t>{2038859933, 111168222, 990054269, 650946343, 2324465012, 2299682528});
  RandomStream stream(1, "golden");
  CHECK(stream.uniform() == 0.47470907052650191);
  CHECK(stream.below(1000) == 967);
  CHECK(stream.normal() == Approx(1.19898769812751).epsilon(1e-12));
  std::vector<int> order(8);
  std::iota(order.begin(), order.end(), 0);
  stream.shuffle(order);
  CHECK(order == std::vector<int>{6, 3, 7, 1, 4, 0, 5, 2});
}

TEST_CASE("uniform numbers fill the unit interval evenly") {
  RandomStream stream(3, "uniform");
  constexpr int n = 100000, cells = 10;
  std::array<int, cells> count{};
  for (int i = 0; i < n; ++i) {
    const double u = stream.uniform();
    REQUIRE((u >= 0 && u < 1));
    ++count[static_cast<std::size_t>(u * cells)];
  }
  for (const int c : count) CHECK(std::abs(c - n / cells) < 500);  // over five standard deviations
}

TEST_CASE("below reaches every value and no other") {
  RandomStream stream(3, "below");
  const std::uint64_t n = GENERATE(as<std::uint64_t>{}, 1, 2, 3, 7, 10);
  std::vector<int> count(n);
  for (int i = 0; i < 20000; ++i) ++count.at(stream.below(n));
  const double mean = 20000.0 / static_cast<double>(n);
  for (const int c : count) CHECK(std::abs(c - mean) < 6 * std::sqrt(mean));
}

TEST_CASE("below has no bias where n is most of 64 bits") {
  RandomStream stream(3, "large");
  const std::uint64_t n =
      (std::uint64_t{1} << 63) + (std::uint64_t{1} << 62);  // 3/4 of the range: plain modulo would double
  int lowest_third = 0;
  for (int i = 0; i < 9000; ++i) {
    const std::uint64_t x = stream.below(n);
    REQUIRE(x < n);
    lowest_third += x < n / 3;
  }
  CHECK(std::abs(lowest_third - 3000) < 300);
}

TEST_CASE("normal numbers have mean 0 and variance 1") {
  RandomStream stream(3, "normal");
  constexpr int n = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double z = stream.normal();
    REQUIRE(std::isfinite(z));
    sum += z;
    squares += z * z;
  }
  CHECK(sum / n == Approx(0).margin(0.02));
  CHECK(squares / n == Approx(1).margin(0.03));
}

TEST_CASE("a shuffle keeps every item") {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  const std::vector<int> before = items;
  RandomStream(3, "shuffle").shuffle(items);
  CHECK(items != before);
  std::sort(items.begin(), items.end());
  CHECK(items == before);
}

TEST_CASE("a weighted draw follows its weights and never takes a zero") {
  RandomStream stream(3, "weighted");
  const std::vector<double> weights{0, 1, 0, 3, 0};
  std::vector<int> count(weights.size());
  for (int i = 0; i < 4000; ++i) ++count.at(stream.weighted(weights));
  CHECK(count[0] + count[2] + count[4] == 0);
  CHECK(std::abs(count[3] - 3000) < 200);
}

TEST_CASE("a stream serves the standard library as a bit generator") {
  RandomStream stream(3, "std");
  std::uniform_int_distribution<int> die(1, 6);
  for (int i = 0; i < 100; ++i) CHECK((die(stream) >= 1 && die(stream) <= 6));
}

TEST_CASE("a permutation holds every number once, in an order of its seed and key") {
  for (const std::uint64_t n : {1, 2, 3, 64, 1000, 4097}) {
    const Permutation order(n, 5, "order"), again(n, 5, "order"), other(n, 5, "other");
    std::vector<bool> seen(n);
    std::uint64_t in_place = 0, alike = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t at = order(i);
      REQUIRE(at < n);
      CHECK_FALSE(seen[at]);
      seen[at] = true;
      CHECK(again(i) == at);
      in_place += at == i, alike += other(i) == at;
    }
    if (n < 64) continue;
    CHECK(in_place < 8);  // of an order drawn at random, one on average
    CHECK(alike < 8);
  }
}

TEST_CASE("a permutation shuffles evenly: neighbours end up anywhere") {
  const std::uint64_t n = 3000;
  const Permutation order(n, 1, "x");
  double distance = 0;
  for (std::uint64_t i = 0; i + 1 < n; ++i)
    distance += std::abs(static_cast<double>(order(i)) - static_cast<double>(order(i + 1)));
  CHECK(distance / static_cast<double>(n - 1) == Approx(n / 3.0).epsilon(0.05));
}

// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC'11, "Parallel random numbers: as easy as 1, 2, 3").
// A stream is a function of (seed, key), never of order or thread. Not for: cryptography.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace udrl {

/// One block of Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// A stream of random numbers; satisfies UniformRandomBitGenerator. Two streams of the same (seed, key) are equal; the
/// key is hashed (SHA-256) into counter and key words.
class RandomStream {
 public:
  using result_type = std::uint32_t;
  RandomStream(std::uint64_t seed, std::string_view key);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xFFFFFFFFu; }
  result_type operator()();
  /// 64 random bits.
  std::uint64_t bits64();
  /// Uniform in [0, 1) with 53 bits.
  double uniform();
  /// Uniform in 0 … n-1 without bias (n ≥ 1).
  std::uint64_t below(std::uint64_t n);
  /// Standard normal (Box–Muller, no cached second value).
  double normal();
  /// Fisher–Yates with `below`: the same on every standard library.
  template <class Container>
  void shuffle(Container& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }
  /// Index drawn with probability proportional to `weights` (all ≥ 0, not all 0).
  template <class Weights>
  std::size_t weighted(const Weights& weights) {
    double total = 0;
    for (double w : weights) total += w;
    double u = uniform() * total;
    std::size_t last = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] <= 0) continue;
      last = i;
      if ((u -= weights[i]) < 0) return i;
    }
    return last;
  }

 private:
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

/// A pseudo-random order of 0 … n-1, asked entry by entry in constant memory: a Feistel network over the smallest even
/// number of bits that holds n, with Philox as its round function, walked until it stays below n (Black & Rogaway,
/// CT-RSA 2002, "Ciphers with arbitrary finite domains"). A function of (seed, key, n).
class Permutation {
 public:
  Permutation(std::uint64_t n, std::uint64_t seed, std::string_view key);
  std::uint64_t size() const { return n_; }
  /// `at` < size().
  std::uint64_t operator()(std::uint64_t at) const;

 private:
  std::uint64_t n_;
  unsigned half_bits_ = 1;
  std::array<std::uint32_t, 2> key_{};
};

}  // namespace udrl

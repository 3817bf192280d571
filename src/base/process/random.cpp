// Philox4x32-10 and what is drawn from it. Every function here is part of what a seed means: a change changes all
// outputs.
#include "udrl/base/random.hpp"

#include <cmath>
#include <string>

#include "udrl/base/files.hpp"

namespace udrl {
namespace {

constexpr std::uint32_t multiplier_0 = 0xD2511F53u, multiplier_1 = 0xCD9E8D57u;
constexpr std::uint32_t weyl_0 = 0x9E3779B9u, weyl_1 = 0xBB67AE85u;  // golden ratio and sqrt(3) - 1
constexpr int rounds = 10;

std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }

/// The eight hexadecimal digits at word `i` of a digest.
std::uint32_t word(const std::string& hex, std::size_t i) {
  return static_cast<std::uint32_t>(std::stoul(hex.substr(8 * i, 8), nullptr, 16));
}

std::string bytes_of(std::uint64_t seed) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>((seed >> shift) & 0xFF);
  return bytes;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{multiplier_0} * c[0];
    const std::uint64_t p1 = std::uint64_t{multiplier_1} * c[2];
    c = {high(p1) ^ c[1] ^ k[0], low(p1), high(p0) ^ c[3] ^ k[1], low(p0)};
    k[0] += weyl_0;
    k[1] += weyl_1;
  }
  return c;
}

// 128 bits of the digest choose the stream (the key, and the upper half of the counter); the lower half counts blocks.
RandomStream::RandomStream(std::uint64_t seed, std::string_view key) {
  const std::string digest = sha256(bytes_of(seed).append(key));
  key_ = {word(digest, 0), word(digest, 1)};
  counter_ = {0, 0, word(digest, 2), word(digest, 3)};
}

RandomStream::result_type RandomStream::operator()() {
  if (used_ == block_.size()) {
    block_ = philox4x32_10(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  return block_[used_++];
}

std::uint64_t RandomStream::bits64() {
  const std::uint64_t upper = (*this)();
  return upper << 32 | (*this)();
}

double RandomStream::uniform() { return static_cast<double>(bits64() >> 11) * 0x1.0p-53; }

std::uint64_t RandomStream::below(std::uint64_t n) {
  // The first 2^64 mod n values are refused, so that the rest is a whole number of rounds of 0 … n-1.
  const std::uint64_t refused = (0 - n) % n;
  std::uint64_t x = bits64();
  while (x < refused) x = bits64();
  return x % n;
}

double RandomStream::normal() {
  constexpr double two_pi = 6.283185307179586476925;
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));  // 1 - u is never 0
  return radius * std::cos(two_pi * uniform());
}

Permutation::Permutation(std::uint64_t n, std::uint64_t seed, std::string_view key) : n_(n) {
  while (half_bits_ < 32 && (std::uint64_t{1} << (2 * half_bits_)) < n) ++half_bits_;
  const std::string digest = sha256(bytes_of(seed).append(key));
  key_ = {word(digest, 0), word(digest, 1)};
}

std::uint64_t Permutation::operator()(std::uint64_t at) const {
  constexpr std::uint32_t feistel_rounds = 6;
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  do {
    std::uint64_t left = at >> half_bits_, right = at & mask;
    for (std::uint32_t round = 0; round < feistel_rounds; ++round)
      left = std::exchange(right, left ^ (philox4x32_10({low(right), round, 0, 0}, key_)[0] & mask));
    at = left << half_bits_ | right;
  } while (at >= n_);
  return at;
}

}  // namespace udrl

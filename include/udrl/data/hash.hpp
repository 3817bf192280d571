// Hashes of texts that are the same on every machine, for tables and signatures. Not for: what somebody may want to
// collide (SHA-256, base/files.hpp).
#pragma once

#include <cstdint>
#include <string_view>

namespace udrl::data {

/// The finaliser of MurmurHash3: each bit of the input moves each bit of the output.
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

constexpr std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  for (const char c : bytes) hash = mix(hash ^ static_cast<unsigned char>(c));
  return hash;
}

}  // namespace udrl::data

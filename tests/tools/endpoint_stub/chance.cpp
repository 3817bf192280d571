// SplitMix64 for draws, FNV-1a for hashes.
#include "chance.hpp"

#include <cstdio>

namespace udrl::stub {
namespace {

std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

}  // namespace

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return mixed(hash);
}

std::string hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

Fate fate_of(const Options& options, std::uint64_t number) {
  const std::uint64_t draw = mixed(options.seed ^ mixed(number));
  if (static_cast<double>(draw >> 11U) * 0x1p-53 >= options.faults) return {};
  return {options.kinds[mixed(draw) % options.kinds.size()], mixed(draw + 1)};
}

}  // namespace udrl::stub

// What the machine computes with, from /proc/cpuinfo: written beside every figure.
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "udrl/base/process.hpp"

namespace udrl {
namespace {

/// Flags of the kernel that change how fast, or in which order, we compute; x86 first, then ARM.
constexpr std::array<std::pair<const char*, const char*>, 15> notable{{
    {"avx2", "AVX2"},
    {"fma", "FMA"},
    {"f16c", "F16C"},
    {"avx_vnni", "AVX_VNNI"},
    {"avx512f", "AVX512F"},
    {"avx512_vnni", "AVX512_VNNI"},
    {"avx512_bf16", "AVX512_BF16"},
    {"avx512_fp16", "AVX512_FP16"},
    {"amx_int8", "AMX_INT8"},
    {"amx_bf16", "AMX_BF16"},
    {"asimd", "NEON"},
    {"asimddp", "DOTPROD"},
    {"sve", "SVE"},
    {"i8mm", "I8MM"},
    {"bf16", "BF16"},
}};

/// The value of the first line "name : value", or "".
std::string field(const std::string& cpuinfo, const std::string& name) {
  std::istringstream in(cpuinfo);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(name, 0) != 0) continue;
    const auto colon = line.find(':');
    const auto start = colon == std::string::npos ? colon : line.find_first_not_of(" \t", colon + 1);
    if (start != std::string::npos) return line.substr(start);
  }
  return "";
}

std::string instruction_sets(const std::string& cpuinfo) {
  std::istringstream words(field(cpuinfo, "flags") + " " + field(cpuinfo, "Features"));
  const std::set<std::string> present{std::istream_iterator<std::string>(words), {}};
  std::string text;
  for (const auto& [flag, shown] : notable)
    if (present.count(flag)) text.append(text.empty() ? "" : " ").append(shown);
  return text;
}

}  // namespace

std::string describe_processor(const std::string& cpuinfo, int cores) {
  std::string text = field(cpuinfo, "model name");
  if (text.empty()) text = "unnamed processor";
  text += ", " + std::to_string(cores) + (cores == 1 ? " core" : " cores");
  const std::string sets = instruction_sets(cpuinfo);
  return sets.empty() ? text : text + ", " + sets;
}

std::string processor_description() {
  std::ifstream in("/proc/cpuinfo");
  const std::string cpuinfo{std::istreambuf_iterator<char>(in), {}};
  return describe_processor(cpuinfo, usable_cores());
}

}  // namespace udrl

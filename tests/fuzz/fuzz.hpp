// What the fuzzers share: an Error is fine, and a file that is written again for each input. Anything else that a
// parser does (another exception, a fault, a leak) ends the fuzzer, which keeps the input. Not for: tests with known
// inputs.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "udrl/base/error.hpp"

namespace udrl::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Runs a parser on what may be anything. Returns what LLVMFuzzerTestOneInput does.
template <class Act>
int expect_error_at_most(Act act) {
  try {
    act();
  } catch (const Error&) {
  }
  return 0;
}

/// What must hold of whatever was read.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// A file of this process, in memory where TMPDIR is (scripts/fuzz.sh sees to that, and removes it).
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& name)
      : folder_(std::filesystem::temp_directory_path() / ("udrl-fuzz-" + std::to_string(::getpid()))),
        path_(folder_ / name) {
    std::filesystem::create_directories(folder_);
  }
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::filesystem::path& put(std::string_view content) {
    std::ofstream out(path_, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    require(static_cast<bool>(out.flush()));
    return path_;
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_, path_;
};

}  // namespace udrl::fuzz

// udrl-serve's page as one HTML file with the student inside: it opens from a disk, without a server or a network. Not
// for: serving it (serve.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace udrl::serve {

struct OneFileOptions {
  std::filesystem::path model;    ///< checkpoint folder, or one of `export_folder` in q8_0
  std::filesystem::path file;     ///< the HTML file to write
  std::filesystem::path runtime;  ///< llama.cpp in WebAssembly, as scripts/fetch_wllama.sh leaves it
  std::string name;               ///< of the student, on the page
  std::string task;               ///< whose card comes first; "": the student's first
};

/// Returns the file's size. The student is q8_0, proved as `export_gguf` does, or the file of the folder as it is. The
/// same folder and options give the same bytes. Throws `Error` (user): no checkpoint and no file in q8_0, no runtime, a
/// task that the student does not know.
std::uint64_t write_one_file(const OneFileOptions& options);

}  // namespace udrl::serve

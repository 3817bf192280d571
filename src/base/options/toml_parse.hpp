// toml++ with our errors. Private to base; include it in as few files as possible, it is large.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <string>

#include "toml_depth.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::detail {

/// People write it: the largest that ships has five thousand bytes. Parsed and made JSON, it takes up to fifty times
/// its bytes.
inline constexpr std::size_t longest_toml_mib = 8;

inline void check_toml_length(const std::string& content, const std::filesystem::path& file) {
  if (content.size() <= longest_toml_mib << 20U) return;
  throw user_error("the TOML file is too long")
      .at(file.string())
      .expected("at most " + std::to_string(longest_toml_mib) + " MiB")
      .got(std::to_string(content.size()) + " bytes")
      .hint("is it the right file? options, tasks and systems take some thousand bytes");
}

/// Throws `Error` (user) with file and line if the file is not TOML, longer than 8 MiB, or nested more than 64 deep.
inline toml::table parse_toml(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  check_toml_length(content, file);
  check_toml_depth(content, file.string());
  try {
    return toml::parse(content, file.string());
  } catch (const toml::parse_error& error) {
    throw user_error("this is not TOML: " + std::string(error.description()))
        .at(file.string() + ":" + std::to_string(error.source().begin.line))
        .hint("texts stand in quotation marks, tables are [name]; see https://toml.io");
  }
}

}  // namespace udrl::detail

// toml++ with our errors. Private to base; include it in as few files as possible, it is large.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <string>

#include "toml_depth.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::detail {

/// Throws `Error` (user) with file and line if the file is not TOML, or nested more than 64 deep.
inline toml::table parse_toml(const std::filesystem::path& file) {
  const std::string content = read_file(file);
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

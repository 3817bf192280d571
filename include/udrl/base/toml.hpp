// TOML files that are data and not options (task definitions). Not for: options (options.hpp).
#pragma once

#include <filesystem>
#include <string>

namespace udrl {

/// The file's content as JSON text. Throws `Error` (user) with file and line if it is not TOML.
std::string toml_file_as_json(const std::filesystem::path& file);

}  // namespace udrl

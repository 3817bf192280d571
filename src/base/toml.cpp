// toml++ behind toml.hpp.
#include "udrl/base/toml.hpp"

#include <sstream>
#include <toml++/toml.h>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl {

std::string toml_file_as_json(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  try {
    std::ostringstream json;
    json << toml::json_formatter{toml::parse(text, file.string())};
    return json.str();
  } catch (const toml::parse_error& error) {
    throw user_error("not valid TOML: " + std::string(error.description()))
        .at(file.string() + ":" + std::to_string(error.source().begin.line))
        .hint("correct that line");
  }
}

}  // namespace udrl

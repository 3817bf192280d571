// toml++ behind toml.hpp.
#include "udrl/base/toml.hpp"

#include <sstream>

#include "toml_parse.hpp"

namespace udrl {

std::string toml_file_as_json(const std::filesystem::path& file) {
  std::ostringstream json;
  json << toml::json_formatter{detail::parse_toml(file)};
  return json.str();
}

}  // namespace udrl

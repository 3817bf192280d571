#include "carried_ideas.hpp"

#include <string>

#include "udrl/base/split_lines.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/safetensors.hpp"

namespace udrl::serve {

data::OrderedJson carried_ideas(const std::filesystem::path& table) {
  const student::SafetensorsFile open(table);
  data::OrderedJson stems = data::OrderedJson::array(), stop_words = data::OrderedJson::array();
  for (const std::string& word : split_lines(open.metadata().at("words"))) {
    stems.push_back(data::stem(word));
    if (data::is_stop_word(word)) stop_words.push_back(word);
  }
  return {{"stems", std::move(stems)}, {"stop_words", std::move(stop_words)}};
}

}  // namespace udrl::serve

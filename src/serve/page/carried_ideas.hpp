// What a page needs of a table of ideas beside the file itself. Internal. Not for: proposing (local_ideas.js).
#pragma once

#include <filesystem>

#include "udrl/data/fields.hpp"

namespace udrl::serve {

/// {"stems": of each of the table's words, "stop_words": those of its words that are some}: a page has neither a
/// stemmer nor a list of its own. `table` is one that `student::Ideas::load` takes.
data::OrderedJson carried_ideas(const std::filesystem::path& table);

}  // namespace udrl::serve

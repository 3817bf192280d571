// Files of what can be measured again: one that cannot be read is, and the observer is told why. Not for: answers of
// models (answers.hpp); a file of those that cannot be read is refused.
#pragma once

#include <filesystem>
#include <optional>

#include "udrl/base/observer.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::eval {

/// What `convert` makes of the document in `file`; nothing where it is not there or cannot be read.
template <class Convert>
auto read_measured(const std::filesystem::path& file, Observer& observer, Convert convert)
    -> std::optional<decltype(convert(data::Json{}))> {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    return data::read_document(file, "none is needed: it is measured again", convert);
  } catch (const Error& error) {
    observer.note(Level::warning, error.what());
    return std::nullopt;
  }
}

}  // namespace udrl::eval

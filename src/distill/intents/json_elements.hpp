// A JSON document of many elements, each with its place. For the distill room only. Not for: an object a line
// (data/shards.hpp).
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "udrl/data/record.hpp"

namespace udrl::distill {

/// Calls use(element, "mine.json:3") for each element of the array that a file holds, in order; for an object alone,
/// once. The text is held in memory, and parsed element by element. Throws `Error` (user) with file and line where it
/// is not JSON.
void for_each_element(const std::filesystem::path& file,
                      const std::function<void(const data::Json& element, const std::string& place)>& use);

}  // namespace udrl::distill

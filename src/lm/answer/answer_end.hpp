// Where an answer ends that goes on: at a line break, or behind the object that it is. For the lm room only, whose
// back-ends agree in it. Not for: the model's own end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// Cuts `text` where it ends as `sampling` asks (`stop`, `stop_at_newline`, `stop_after_object`), and says whether it
/// ends. Line breaks before `searched_from` were looked at already, and texts of `stop` that end before it.
bool cut_at_end(std::string& text, const Sampling& sampling, std::size_t searched_from = 0);

/// How many leading bytes stay whatever follows: not the beginning of a text of `stop`, nor of a character.
std::size_t settled(std::string_view text, const Sampling& sampling);

}  // namespace udrl::lm

// Where an answer ends that goes on: at a line break, or behind the object that it is. For the lm room only, whose
// back-ends agree in it. Not for: the model's own end.
#pragma once

#include <cstddef>
#include <string>

#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

/// Cuts `text` where it ends as `sampling` asks (`stop_at_newline`, `stop_after_object`), and says whether it ends.
/// Line breaks before `searched_from` were looked at already.
bool cut_at_end(std::string& text, const Sampling& sampling, std::size_t searched_from = 0);

}  // namespace udrl::lm

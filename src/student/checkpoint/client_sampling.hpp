// How clients that are not udrl are told to draw: by generation_config.json, Ollama's Modelfile and the model card.
// They draw a whole answer at one temperature, where udrl's own tools draw words colder than what opens it. Internal.
#pragma once

#include <string>

#include "udrl/data/fields.hpp"
#include "udrl/student/config.hpp"

namespace udrl::student::client_sampling {

inline constexpr double temperature = 0.7, top_p = 0.95, repeat_penalty = 1.1;

inline int most_tokens(const StudentConfig& config) { return config.n_positions / 2; }

/// "0.7"
inline std::string text(double value) { return data::json_line(data::Json(value)); }

}  // namespace udrl::student::client_sampling

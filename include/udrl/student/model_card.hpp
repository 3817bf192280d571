// The model card (README.md) and the Ollama Modelfile of a checkpoint folder, and the card of a folder that holds its
// student.gguf alone. Not for: evaluation reports (eval).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "udrl/command/fitted.hpp"
#include "udrl/student/config.hpp"

namespace udrl::student {

using CardRows = std::vector<std::pair<std::string, std::string>>;

/// What only the one who trained it knows. Tables are left out where they are empty.
struct ModelCard {
  std::string name = "udrl-student";
  std::string licence = "apache-2.0";      ///< an SPDX id in lower case
  std::vector<std::string> teachers = {};  ///< the models whose answers it learned from
  std::string started_from = {};           ///< the model that training began with; "": nothing
  std::string example = "holiday sale";    ///< an intent, for the examples; normalised, without quotes
  CardRows data = {};                      ///< ("training records", "12,465"), …
  CardRows training = {};                  ///< ("steps", "4,000"), ("processor", "…"), …
  CardRows metrics = {};                   ///< ("validation loss", "1.93 nats a token"), …
};

/// README.md in Markdown with the YAML header that model hubs read.
std::string model_card_text(const ModelCard& card, const StudentConfig& config, const command::Fitted& commands);

/// What a card is the card of, and under which licence it puts the weights.
struct CardNames {
  std::string name, licence;
};

/// Out of the text of a card, which people may have gone on writing. Throws `Error` (user) where it does not say both.
CardNames names_of_card(const std::string& card);

/// The card of a folder with student.gguf, commands.json and Modelfile, out of the card of the checkpoint that they are
/// of: nothing in it needs the checkpoint's other files, or Python. The rest is as it was, but for the names. Throws
/// `Error` (user) as `names_of_card` does.
std::string gguf_card_text(std::string card, const CardNames& names);

/// A Modelfile for `ollama create`: student.gguf, the default command of the first task as template.
std::string modelfile_text(const ModelCard& card, const StudentConfig& config, const command::Fitted& commands);

}  // namespace udrl::student

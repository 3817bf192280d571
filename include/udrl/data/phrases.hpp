// Words and phrases that people wrote, one a line (data/words/nouns.txt). Not for: intents, or lists with weights.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "udrl/data/text.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::data {

/// Normalised, in their order; without empty lines, and lines that begin with #. Throws as `TextLines`.
inline std::vector<std::string> read_phrases(const std::filesystem::path& file) {
  std::vector<std::string> phrases;
  TextLines lines(file);
  for (std::string line; lines.next(line);) {
    std::string phrase = normalise(line);
    if (!phrase.empty() && !phrase.starts_with('#')) phrases.push_back(std::move(phrase));
  }
  return phrases;
}

}  // namespace udrl::data

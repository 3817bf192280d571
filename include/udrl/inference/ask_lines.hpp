// Asks from a file or a pipe, one a line. Not for: intents to distil (distill/intents.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "udrl/data/text_lines.hpp"
#include "udrl/inference/student_model.hpp"

namespace udrl::inference {

/// An ask, and where it stands ("mine.txt:3"; "" where it does not come from a file).
struct PlacedAsk {
  Ask ask;
  std::string place = {};
};

/// Plain text, an intent a line; or, where the first line that is not empty is a JSON object or the file's name ends
/// with .jsonl, .ndjson or .json, a JSON object a line: `intent`, and where they differ from the usual ask `task`,
/// `words`, `return` and `have`. Other fields are not looked at, empty lines are skipped. In flat memory.
class AskLines {
 public:
  /// "-" is standard input. `usual` is asked where a line does not say otherwise.
  AskLines(const std::filesystem::path& file, Ask usual);
  /// Nothing at the end. Throws `Error` (user) with file and line.
  std::optional<PlacedAsk> next();
  /// Whether `next` answers without waiting for whoever writes into a pipe.
  bool ready() const { return lines_.ready(); }

 private:
  data::TextLines lines_;
  Ask usual_;
  std::optional<bool> is_json_;  ///< not known before the first line
};

}  // namespace udrl::inference

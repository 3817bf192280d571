// The embedding of one vocabulary as a start for another (Gee et al., 2022, "Fast Vocabulary Transfer"): a piece begins
// with the row of the same text, else with the mean of the rows that its text splits into. Not for: the other weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/student/tokenizer.hpp"

namespace udrl::student {

/// What the tokens of a byte-level BPE say, as bytes (GPT-2 spells bytes as printable characters: " sale" is "Ġsale").
class ByteLevelVocabulary {
 public:
  /// From a folder's tokenizer.json or vocab.json. Throws `Error` (user) where there is none, it is of another kind, or
  /// it has an id of `rows` or above.
  static ByteLevelVocabulary load(const std::filesystem::path& folder, int rows);
  /// From the vocabulary's own spellings. Special tokens may be among them: no text spells them.
  explicit ByteLevelVocabulary(const std::map<std::string, int>& spelt);

  std::optional<int> id(std::string_view bytes) const;
  /// The longest token that the bytes begin with, then of what is left, and so on; bytes that no token begins with are
  /// left out.
  std::vector<int> split(std::string_view bytes) const;

 private:
  std::map<std::string, int, std::less<>> ids_;
  std::size_t longest_ = 0;
};

/// The text that a piece stands for: "▁sale" is " sale", "<0x0A>" a line feed, a control piece nothing.
std::string text_of_piece(const Tokenizer& tokenizer, int id);

struct Embedding {
  std::span<const float> values;  ///< row-major
  std::size_t width = 0;
};

/// How the pieces that have no text in the other vocabulary are drawn: around the mean of all rows.
struct Noise {
  double deviation = 0;
  std::uint64_t seed = 0;
};

struct TransferredEmbedding {
  std::vector<float> values;              ///< a row for each piece
  int same = 0, averaged = 0, fresh = 0;  ///< pieces with one row, with the mean of several, with none
};

TransferredEmbedding transfer_embedding(const Tokenizer& to, const ByteLevelVocabulary& from, const Embedding& rows,
                                        const Noise& noise);

}  // namespace udrl::student

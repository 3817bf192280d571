// Text as udrl sees it: normalised once where it enters, words, content words. Not for: tokens.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace udrl::data {

/// Written into every manifest; any change of `normalise` raises it.
inline constexpr int normalisation_version = 1;

/// Invalid UTF-8 → U+FFFD, NFC, controls and U+2581 removed, white space collapsed and trimmed, U+27E8 `⟨` → `(`.
std::string normalise(std::string_view text);
/// Runs without white space, of normalised text.
std::vector<std::string_view> words(std::string_view text);
int count_words(std::string_view text);
/// Code points.
std::size_t count_characters(std::string_view text);
/// Lower-case (Unicode case folding).
std::string fold_case(std::string_view text);
/// Runs of letters, digits and inner apostrophes, as they stand in `text`.
std::vector<std::string_view> word_runs(std::string_view text);
/// The same, case-folded.
std::vector<std::string> word_tokens(std::string_view text);
/// The Snowball (English) stem of a case-folded word.
std::string stem(std::string_view word);
/// Whether it holds a letter of another script than Latin.
bool has_other_script(std::string_view text);
bool is_stop_word(std::string_view folded_word);
/// Stems of the words that are not stop words, in order, each once.
std::vector<std::string> content_stems(std::string_view text);
/// Which words an answer has beyond its request: content words of which the request holds none of the same stem.
class OwnWords {
 public:
  explicit OwnWords(std::string_view request);
  bool has(std::string_view folded_word) const { return stem_of(folded_word).has_value(); }
  /// The stem of such a word, nothing of any other.
  std::optional<std::string> stem_of(std::string_view folded_word) const;

 private:
  std::set<std::string> of_request_;  ///< stems
};
/// `text` with each word whose stem is among the intent's content stems replaced by `mask`.
std::string mask_words(std::string_view text, std::string_view intent, std::string_view mask = "…");

}  // namespace udrl::data

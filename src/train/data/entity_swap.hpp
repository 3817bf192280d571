// Word swaps: what intent and answer share is replaced in both, so that the student learns to carry words over instead
// of learning subjects by heart. Not for: when to swap (sequences.hpp).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "samples.hpp"
#include "udrl/base/random.hpp"

namespace udrl::train {

/// Nouns and noun phrases to swap in, one a line.
class WordList {
 public:
  explicit WordList(std::vector<std::string> words);
  /// Throws `Error` (user) where the file is absent or has fewer than 100 entries.
  static WordList load(const std::filesystem::path& file);
  const std::string& draw(RandomStream& random) const;
  std::size_t size() const { return words_.size(); }
  const std::vector<std::string>& words() const { return words_; }

 private:
  std::vector<std::string> words_;
};

struct IntentAndAnswer {
  std::string intent, answer;
  bool swapped = false;
};

/// Replaces what intent and answer share by drawn words, in both alike: the subject where both hold it as whole words
/// (of either case, a plural s tolerated), else one content word that both hold. A capital stays a capital. Nothing
/// shared: the texts as they are.
IntentAndAnswer swap_entity(const Sample& sample, const WordList& words, RandomStream& random);

/// Every whole-word occurrence of `phrase` (case-folded comparison; a plural s kept) replaced by `by`; returns how
/// many.
int replace_phrase(std::string& text, const std::string& phrase, const std::string& by);

}  // namespace udrl::train

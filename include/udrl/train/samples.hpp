// What training needs of a tagged record, and the word swaps. Not for: tokens (sequences.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "udrl/base/random.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/record.hpp"

namespace udrl::train {

struct Sample {
  std::string id;
  std::string intent, subject, prompt;  ///< normalised
  int task_slot = 0;
  int return_bin = 0;
  std::vector<int> further = {};  ///< bins of the further returns, in the order of commands.json
};

/// Throws `Error` (user) for a record without an answer, without one of the returns, or of a task or bin that
/// commands.json lacks.
Sample sample_of(const data::Record& record, const command::Fitted& fitted);

struct Corpus {
  std::vector<Sample> samples;        ///< ordered by id, so that the order of shards does not matter
  std::vector<std::string> teachers;  ///< who wrote the prompts, each once, sorted
};

/// All records of a folder. Throws `Error` (user) if there are none, or one is of no use.
Corpus read_corpus(const std::filesystem::path& folder, const command::Fitted& fitted);

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

struct IntentAndPrompt {
  std::string intent, prompt;
  bool swapped = false;
};

/// Replaces what intent and prompt share by drawn words, in both alike: the subject where both hold it as whole words
/// (of either case, a plural s tolerated), else one content word that both hold. A capital stays a capital. Nothing
/// shared: the texts as they are.
IntentAndPrompt swap_words(const Sample& sample, const WordList& words, RandomStream& random);

/// Every whole-word occurrence of `phrase` (case-folded comparison; a plural s kept) replaced by `by`; returns how
/// many.
int replace_phrase(std::string& text, const std::string& phrase, const std::string& by);

}  // namespace udrl::train

// Words that fit a request, from a table that is looked up in a tenth of a millisecond. A small student knows little of
// a subject that it never saw: told words that fit, it can say something about it. Plan, then write (Yao et al. 2019,
// arXiv 1811.05701), with the plan as a command in upside-down reinforcement learning: training tells a student in
// hindsight which words its answer holds. Not for: making the table out of data (distill/ideas.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/random.hpp"

namespace udrl::student {

/// What a table is made of.
struct IdeaWords {
  std::vector<std::string> words;  ///< folded (data::fold_case), ascending, each once
  int dimensions = 0;
  std::vector<float> vectors;            ///< [words, dimensions]; of each word, L2-normalised, or zeros
  std::vector<float> rarity;             ///< [words], 0 … 1: what it weighs as a word of a request
  std::vector<std::string> tasks;        ///< names
  std::vector<std::vector<float>> said;  ///< [tasks, words]: answers of the task that hold it; 0: never proposed
  std::string embedder;                  ///< whose vectors they are, for those who ask
};

/// Writes a safetensors file, whole or not at all; vectors with 8 bits a number. Throws `Error` (failure).
void write_ideas(const std::filesystem::path& file, const IdeaWords& words);

/// What is wanted of `Ideas::propose`.
struct IdeasWanted {
  std::string_view intent;  ///< normalised
  std::string_view task;
  int count = 0;
  double temperature = 1;  ///< 0: always the best candidates; above, drawn among them
};

/// Immutable; safe to share between threads.
class Ideas {
 public:
  /// Throws `Error` (user) for a file that is none, or is damaged.
  static Ideas load(const std::filesystem::path& file);

  /// Distinct words, folded, the best or first drawn first. Of the forty that score best those are left out that are
  /// the intent's own or an inflection of one; the best ten of the others are the candidates. Fewer than wanted where
  /// those do not suffice; none for a task whose answers it does not know, or an intent of which it knows no word.
  std::vector<std::string> propose(const IdeasWanted& wanted, RandomStream& random) const;

  /// Of words that an answer holds, how readily each would be proposed for the intent, on a scale that sums to 1; 0 for
  /// one that never is. All 0 where no word of the intent is known: none stands out.
  std::vector<double> readiness(std::string_view intent, std::span<const std::string> words) const;

  std::uint64_t parameters() const { return words_.size() * static_cast<std::uint64_t>(dimensions_); }
  const std::string& embedder() const { return embedder_; }

 private:
  using Row = std::size_t;
  static constexpr Row none = static_cast<Row>(-1);

  Row row_of(std::string_view folded) const;
  std::vector<float> direction_of(std::string_view intent) const;
  double nearness(Row row, std::span<const float> direction) const;
  bool is_sayable(Row row) const;

  std::vector<std::string> words_;  ///< ascending
  int dimensions_ = 0;
  std::vector<std::int8_t> vectors_;
  std::vector<float> scales_, rarity_;
  std::vector<std::string> tasks_;
  std::vector<std::vector<float>> log_shares_;  ///< [tasks, words]; −∞: never proposed
  std::string embedder_;
};

/// How many words an answer of so many words is asked to mention: one in four, one to five.
int words_to_mention(int answer_words);

namespace files {
inline constexpr const char* ideas = "ideas.safetensors";
}

}  // namespace udrl::student

// Content words, and drawing some of them.
#include "mention.hpp"

#include <algorithm>
#include <set>

#include "udrl/command/spelling.hpp"
#include "udrl/data/text.hpp"

namespace udrl::train {
namespace {

constexpr std::uint64_t most_told = 5;
constexpr std::size_t shortest_word = 3;  // bytes

/// Each stem once, as the first word that has it.
std::vector<std::string> own_words(const Sample& sample) {
  const data::OwnWords own(sample.intent);
  std::set<std::string> seen;
  std::vector<std::string> words;
  for (const std::string& word : data::word_tokens(sample.answer)) {
    if (word.size() < shortest_word) continue;
    if (auto stem = own.stem_of(word); stem && seen.insert(*std::move(stem)).second) words.push_back(word);
  }
  return words;
}

std::vector<double> weights_of(const Sample& sample, const std::vector<std::string>& words,
                               const student::Ideas* ideas) {
  return ideas != nullptr ? ideas->readiness(sample.intent, words) : std::vector<double>(words.size(), 1.0);
}

}  // namespace

std::vector<std::string> words_to_tell(const Sample& sample, const student::Ideas* ideas, RandomStream& random) {
  std::vector<std::string> told;
  if (command::is_json(sample.answer)) return told;
  const std::vector<std::string> words = own_words(sample);
  std::vector<double> weights = weights_of(sample, words, ideas);
  for (std::uint64_t left = 1 + random.below(most_told); left > 0; --left) {
    if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight <= 0; })) break;
    const std::size_t chosen = random.weighted(weights);
    weights[chosen] = 0;
    told.push_back(words[chosen]);
  }
  return told;
}

void swap_told(std::vector<std::string>& told, std::string& answer, const WordList& words, RandomStream& random) {
  std::string& word = told[random.below(told.size())];
  const std::string& by = words.draw(random);
  if (replace_phrase(answer, word, by) > 0) word = by;
}

std::string told_in(const std::vector<std::string>& told, const std::string& answer) {
  const std::vector<std::string> tokens = data::word_tokens(answer);
  std::string text;
  for (const std::string& phrase : told) {
    const std::vector<std::string> words = data::word_tokens(phrase);
    const auto at = std::search(tokens.begin(), tokens.end(), words.begin(), words.end());
    if (!words.empty() && at != tokens.end()) text += (text.empty() ? "" : ", ") + phrase;
  }
  return text;
}

}  // namespace udrl::train

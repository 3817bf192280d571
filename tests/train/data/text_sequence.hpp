// What sequences must be, made the plain way: the whole text first, then its tokens. For: the tests of sequences.hpp,
// which puts sequences together from stored tokens.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "data/sequences.hpp"
#include "udrl/data/text.hpp"

namespace udrl::train::testing {

/// What a sequence says, before tokens.
struct SequenceText {
  std::string intent, have, answer;
  command::Command command;
  bool countdown = false;  ///< ⟨left:k⟩ stands in the answer
};

inline std::optional<int> words_command(const std::string& answer) {
  const int words = data::count_words(answer);
  if (words < 1 || words > command::max_words) return std::nullopt;
  return words;
}

inline SequenceText plain_text(const Sample& sample, const SequenceOptions& options) {
  const std::vector<std::optional<int>> auxiliary(sample.auxiliary.begin(), sample.auxiliary.end());
  return {sample.intent,
          "",
          sample.answer,
          {sample.task_index, words_command(sample.answer), sample.return_bin, auxiliary},
          options.countdown};
}

/// `told` words are swapped with the texts: they stand behind the intent then, each on a line of its own.
inline void swap_in(SequenceText& text, std::vector<std::string>& told, const Sample& sample, const WordList& words,
                    RandomStream& random) {
  Sample with_told = sample;
  for (const std::string& word : told) with_told.intent += "\n" + word;
  IntentAndAnswer swapped = swap_entity(with_told, words, random);
  std::istringstream lines(swapped.intent);
  std::getline(lines, text.intent);
  for (std::string& word : told) std::getline(lines, word);
  text.answer = std::move(swapped.answer);
  if (!told.empty()) swap_told(told, text.answer, words, random);
}

inline SequenceText training_text(const Sample& sample, const Augmentation& change, const SequenceOptions& options,
                                  const WordList* words, RandomStream& random, const student::Ideas* ideas = nullptr) {
  SequenceText text = plain_text(sample, options);
  std::vector<std::string> told;
  if (change.mention) told = words_to_tell(sample, ideas, random);
  if (change.swap && words != nullptr) swap_in(text, told, sample, *words, random);
  const auto all = data::words(text.answer);
  if (change.segment && all.size() > 1) {
    const std::size_t word = 1 + static_cast<std::size_t>(change.where * static_cast<double>(all.size() - 1));
    const auto at = static_cast<std::size_t>(all[word].data() - text.answer.data());
    text.have = text.answer.substr(0, at);
    while (!text.have.empty() && text.have.back() == ' ') text.have.pop_back();
    text.answer = text.answer.substr(at);
  }
  text.command.words = change.any_words ? std::nullopt : words_command(text.answer);
  if (change.any_return) text.command.return_bin.reset();
  for (std::size_t i = 0; i < change.any_auxiliary.size(); ++i)
    if (change.any_auxiliary[i]) text.command.auxiliary[i].reset();
  text.command.mention = told_in(told, text.answer);
  return text;
}

inline lm::Prompt counted_answer(const std::string& answer) {
  lm::Prompt segments;
  const auto words = data::words(answer);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (const auto piece = command::count_before_word(i, words.size())) segments.push_back({*piece, true});
    if (segments.empty() || segments.back().control) segments.push_back({"", false});
    segments.back().text += command::sequence_text(words[i]);
  }
  return segments;
}

inline Sequence encode(const SequenceText& text, const student::Tokenizer& tokenizer) {
  Sequence sequence;
  sequence.ids = tokenizer.encode(command::sequence_prompt(text.intent, text.command, text.have), true);
  sequence.first_target = sequence.length();
  const std::vector<int> answer = text.countdown
                                      ? tokenizer.encode(counted_answer(text.answer), false)
                                      : tokenizer.encode(std::string_view(command::sequence_text(text.answer)));
  sequence.ids.insert(sequence.ids.end(), answer.begin(), answer.end());
  sequence.ids.push_back(tokenizer.eos_id());
  return sequence;
}

}  // namespace udrl::train::testing

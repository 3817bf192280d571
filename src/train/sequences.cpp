// A sample's sequence: the draws first, then the text, then the tokens.
#include "udrl/train/sequences.hpp"

#include <string>

#include "udrl/data/text.hpp"

namespace udrl::train {
namespace {

/// Words beyond what the vocabulary can ask for are not asked for.
std::optional<int> words_command(std::string_view answer) {
  const int words = data::count_words(answer);
  if (words < 1 || words > command::max_words) return std::nullopt;
  return words;
}

/// The text before and from the `word`-th word on (1-based inside, so both are never empty).
void cut(SequenceText& text, std::size_t word) {
  const auto words = data::words(text.answer);
  const std::size_t at = static_cast<std::size_t>(words[word].data() - text.answer.data());
  text.have = text.answer.substr(0, at);
  while (!text.have.empty() && text.have.back() == ' ') text.have.pop_back();
  text.answer = text.answer.substr(at);
}

}  // namespace

RandomStream sequence_stream(std::uint64_t seed, std::uint64_t epoch, const std::string& id) {
  return {seed, "sequence:" + std::to_string(epoch) + ":" + id};
}

SequenceText plain_text(const Sample& sample, const SequenceOptions& options) {
  const std::vector<std::optional<int>> further(sample.further.begin(), sample.further.end());
  SequenceText text{
      sample.intent, "", sample.prompt, {sample.task_slot, {}, sample.return_bin, further}, options.countdown};
  text.command.words = words_command(text.answer);
  return text;
}

SequenceText training_text(const Sample& sample, const SequenceOptions& options, const WordList* words,
                           RandomStream& random) {
  // All draws are made whether or not they are used, so that one option does not change what another draws.
  const bool swap = random.uniform() < options.swap, segment = random.uniform() < options.segments;
  const bool any_words = random.uniform() < options.any_words, any_return = random.uniform() < options.any_return;
  const double where = random.uniform();
  SequenceText text = plain_text(sample, options);
  for (auto& bin : text.command.further) {
    if (random.uniform() < options.any_return) bin.reset();
  }
  if (swap && words != nullptr) {
    IntentAndPrompt swapped = swap_words(sample, *words, random);
    text.intent = std::move(swapped.intent);
    text.answer = std::move(swapped.prompt);
  }
  const auto count = static_cast<std::size_t>(data::count_words(text.answer));
  if (segment && count > 1) cut(text, 1 + static_cast<std::size_t>(where * static_cast<double>(count - 1)));
  text.command.words = any_words ? std::nullopt : words_command(text.answer);
  if (any_return) text.command.return_bin.reset();
  return text;
}

Sequence encode(const SequenceText& text, const student::Tokenizer& tokenizer) {
  Sequence sequence;
  sequence.ids = tokenizer.encode(command::sequence_prompt(text.intent, text.command, text.have), true);
  sequence.first_target = sequence.length();
  const std::vector<int> answer = text.countdown
                                      ? tokenizer.encode(command::counted_answer(text.answer), false)
                                      : tokenizer.encode(std::string_view(command::sequence_answer(text.answer)));
  sequence.ids.insert(sequence.ids.end(), answer.begin(), answer.end());
  sequence.ids.push_back(tokenizer.eos_id());
  return sequence;
}

}  // namespace udrl::train

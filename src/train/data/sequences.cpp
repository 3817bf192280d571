// A sample's sequence: the draws first, then the text, then the tokens.
#include "sequences.hpp"

#include <string>
#include <utility>

#include "udrl/data/text.hpp"

namespace udrl::train {
namespace {

/// Words beyond what the vocabulary can ask for are not asked for.
std::optional<int> words_command(int words) {
  if (words < 1 || words > command::max_words) return std::nullopt;
  return words;
}

/// The word that a segment's answer begins with, never the first.
std::size_t word_of_cut(const Draws& draws, std::size_t words) {
  return 1 + static_cast<std::size_t>(draws.where * static_cast<double>(words - 1));
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

RandomStream sequence_stream(std::uint64_t seed, std::uint64_t epoch, std::string_view id, int copy) {
  std::string key = "sequence:" + std::to_string(epoch) + ":" + std::string(id);
  if (copy > 0) key += ":" + std::to_string(copy);
  return {seed, key};
}

SequenceText plain_text(const Sample& sample, const SequenceOptions& options) {
  const std::vector<std::optional<int>> further(sample.further.begin(), sample.further.end());
  SequenceText text{
      sample.intent, "", sample.answer, {sample.task_slot, {}, sample.return_bin, further}, options.countdown};
  text.command.words = words_command(data::count_words(text.answer));
  return text;
}

// All draws are made whether or not they are used, so that one option does not change what another draws.
Draws draw(const SequenceOptions& options, std::size_t further, RandomStream& random) {
  Draws draws;
  draws.swap = random.uniform() < options.swap;
  draws.segment = random.uniform() < options.segments;
  draws.any_words = random.uniform() < options.any_words;
  draws.any_return = random.uniform() < options.any_return;
  draws.where = random.uniform();
  for (std::size_t i = 0; i < further; ++i) draws.any_further.push_back(random.uniform() < options.any_return);
  return draws;
}

SequenceText training_text(const Sample& sample, const Draws& draws, const SequenceOptions& options,
                           const WordList* words, RandomStream& random) {
  SequenceText text = plain_text(sample, options);
  if (draws.swap && words != nullptr) {
    IntentAndAnswer swapped = swap_words(sample, *words, random);
    text.intent = std::move(swapped.intent);
    text.answer = std::move(swapped.answer);
  }
  const auto count = static_cast<std::size_t>(data::count_words(text.answer));
  if (draws.segment && count > 1) cut(text, word_of_cut(draws, count));
  text.command.words = draws.any_words ? std::nullopt : words_command(data::count_words(text.answer));
  if (draws.any_return) text.command.return_bin.reset();
  for (std::size_t i = 0; i < draws.any_further.size(); ++i)
    if (draws.any_further[i]) text.command.further[i].reset();
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

SequenceMaker::SequenceMaker(const student::Tokenizer& tokenizer, const SequenceOptions& options, const WordList* words)
    : tokenizer_(tokenizer), options_(options), words_(words) {
  for (int id = 0; id < tokenizer.vocab_size(); ++id)
    starts_word_.push_back(!tokenizer.is_control(id) && tokenizer.piece(id).starts_with(student::space_mark));
}

Sequence SequenceMaker::operator()(const StoredSample& sample, RandomStream random) const {
  const Draws draws = draw(options_, sample.further.size(), random);
  if (!options_.countdown && !(draws.swap && words_ != nullptr)) return from_tokens(sample, draws);
  return encode(training_text(sample_of(sample), draws, options_, words_, random), tokenizer_);
}

int SequenceMaker::plain_length(const StoredSample& sample) {
  const std::size_t commands = 3 + sample.further.size();  // task, words, returns
  return static_cast<int>(1 + sample.intent.size() + commands + 1 + sample.answer.size() + 1);
}

// No piece holds the end of one word and the beginning of the next, so texts joined at spaces have their tokens joined.
Sequence SequenceMaker::from_tokens(const StoredSample& sample, const Draws& draws) const {
  std::vector<std::size_t> words;
  for (std::size_t i = 0; i < sample.answer.size(); ++i)
    if (starts_word_[sample.answer[i]]) words.push_back(i);
  Tokens have, answer = sample.answer;
  if (draws.segment && words.size() > 1) {
    const std::size_t word = word_of_cut(draws, words.size());
    have = answer.first(words[word]);
    answer = answer.subspan(words[word]);
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(word));
  }
  command::Command command{sample.task_slot, {}, {}, {}};
  if (!draws.any_words) command.words = words_command(static_cast<int>(words.size()));
  if (!draws.any_return) command.return_bin = sample.return_bin;
  for (std::size_t i = 0; i < sample.further.size(); ++i)
    command.further.push_back(draws.any_further[i] ? std::nullopt : std::optional<int>(sample.further[i]));
  return joined(command, sample.intent, have, answer);
}

// The layout is the schema's, with the texts' places filled by tokens.
Sequence SequenceMaker::joined(const command::Command& command, Tokens intent, Tokens have, Tokens answer) const {
  Sequence sequence;
  const auto append = [&](const auto& ids) { sequence.ids.insert(sequence.ids.end(), ids.begin(), ids.end()); };
  sequence.ids.push_back(tokenizer_.bos_id());
  bool intent_is_there = false;
  for (const lm::Segment& segment : command::sequence_prompt("intent", command, have.empty() ? "" : "have")) {
    if (segment.control) append(tokenizer_.encode(lm::Prompt{segment}, /*add_bos=*/false));
    else append(std::exchange(intent_is_there, true) ? have : intent);
  }
  sequence.first_target = sequence.length();
  append(answer);
  sequence.ids.push_back(tokenizer_.eos_id());
  return sequence;
}

std::string SequenceMaker::text_of(Tokens ids) const {
  std::string text = tokenizer_.decode(std::vector<int>(ids.begin(), ids.end()));
  if (text.starts_with(' ')) text.erase(0, 1);
  return text;
}

Sample SequenceMaker::sample_of(const StoredSample& stored) const {
  return {std::string(stored.id),
          text_of(stored.intent),
          text_of(stored.subject),
          text_of(stored.answer),
          stored.task_slot,
          stored.return_bin,
          {stored.further.begin(), stored.further.end()}};
}

}  // namespace udrl::train

// A record's sequence: what is changed about it first, then its commands, then the tokens in their order.
#include "sequences.hpp"

#include <string>
#include <utility>

#include "udrl/base/split_lines.hpp"

namespace udrl::train {
namespace {

/// Words beyond what the vocabulary can ask for are not asked for.
std::optional<int> words_command(std::size_t words) {
  if (words < 1 || words > static_cast<std::size_t>(command::max_words)) return std::nullopt;
  return static_cast<int>(words);
}

/// The word that a segment's answer begins with, never the first.
std::size_t word_of_cut(const Augmentation& change, std::size_t words) {
  return 1 + static_cast<std::size_t>(change.where * static_cast<double>(words - 1));
}

/// The tokens of texts that are in no store.
struct EncodedTexts {
  /// `like`, but for the texts; borrows.
  StoredSample in(StoredSample like) const {
    like.intent = intent;
    like.answer = answer;
    return like;
  }

  std::vector<TokenId> intent, answer;
};

EncodedTexts encoded(const std::string& intent, const std::string& answer, const student::Tokenizer& tokenizer) {
  const auto ids = [&](const std::string& text) {
    const std::vector<int> all = tokenizer.encode(command::sequence_text(text));
    return std::vector<TokenId>(all.begin(), all.end());
  };
  return {ids(intent), ids(answer)};
}

// Told words are swapped with the rest of the text. No text of a record holds a line break.
std::string joined_lines(const std::string& intent, const std::vector<std::string>& told) {
  std::string lines = intent;
  for (const std::string& word : told) lines += "\n" + word;
  return lines;
}

}  // namespace

RandomStream sequence_stream(std::uint64_t seed, std::uint64_t epoch, std::string_view id, int copy) {
  std::string key = "sequence:" + std::to_string(epoch) + ":" + std::string(id);
  if (copy > 0) key += ":" + std::to_string(copy);
  return {seed, key};
}

// All is drawn whether or not it is used, so that one option does not change what another draws; but for the words that
// are told, which come before swaps.
Augmentation draw_augmentation(const SequenceOptions& options, std::size_t auxiliary, double progress,
                               RandomStream& random) {
  Augmentation change;
  change.swap = random.uniform() < options.entity_swap && progress <= options.swap_until;
  change.segment = random.uniform() < options.segments;
  change.any_words = random.uniform() < options.any_words;
  change.any_return = random.uniform() < options.any_return;
  change.where = random.uniform();
  for (std::size_t i = 0; i < auxiliary; ++i) change.any_auxiliary.push_back(random.uniform() < options.any_return);
  change.mention = options.mention > 0 && random.uniform() < options.mention && progress >= options.mention_from;
  return change;
}

SequenceMaker::SequenceMaker(const student::Tokenizer& tokenizer, const SequenceOptions& options, const WordList* words,
                             const student::Ideas* ideas)
    : tokenizer_(tokenizer), options_(options), words_(words), ideas_(ideas) {
  for (int id = 0; id < tokenizer.vocab_size(); ++id) {
    const std::string& piece = tokenizer.piece(id);
    starts_word_.push_back(!tokenizer.is_control(id) && piece.starts_with(student::space_mark));
    may_be_quote_.push_back(starts_word_.back() &&
                            piece.find_first_not_of("\"[{", student::space_mark.size()) == std::string::npos);
  }
}

Sequence SequenceMaker::operator()(const StoredSample& record, double progress, RandomStream random) const {
  const Augmentation change = draw_augmentation(options_, record.auxiliary.size(), progress, random);
  const bool swaps = change.swap && words_ != nullptr;
  if (!swaps && !change.mention) return made(record, change, {});
  Sample sample = sample_of(record);
  std::vector<std::string> told;
  if (change.mention) told = words_to_tell(sample, ideas_, random);
  if (!swaps) return made(record, change, told);
  sample.intent = joined_lines(sample.intent, told);
  IntentAndAnswer swapped = swap_entity(sample, *words_, random);
  std::vector<std::string> lines = split_lines(swapped.intent);
  const std::string intent = std::exchange(lines.front(), {});
  lines.erase(lines.begin());
  if (!lines.empty()) swap_told(lines, swapped.answer, *words_, random), swapped.swapped = true;
  if (!swapped.swapped) return made(record, change, told);
  const EncodedTexts texts = encoded(intent, swapped.answer, tokenizer_);
  return made(texts.in(record), change, lines);
}

Sequence SequenceMaker::unchanged(const Sample& sample) const {
  const std::vector<std::uint16_t> auxiliary(sample.auxiliary.begin(), sample.auxiliary.end());
  const StoredSample commands{sample.id, {}, {}, {}, sample.task_index, sample.return_bin, auxiliary};
  const EncodedTexts texts = encoded(sample.intent, sample.answer, tokenizer_);
  return made(texts.in(commands), {}, {});
}

int SequenceMaker::plain_length(const StoredSample& record) {
  const std::size_t commands = 3 + record.auxiliary.size();  // task, words, returns
  return static_cast<int>(1 + record.intent.size() + commands + 1 + record.answer.size() + 1);
}

// No piece holds the end of one word and the beginning of the next, so texts joined at spaces have their tokens joined.
Sequence SequenceMaker::made(const StoredSample& record, const Augmentation& change,
                             const std::vector<std::string>& told) const {
  const std::vector<std::size_t> starts = word_starts(record.answer);
  Tokens have, answer = record.answer;
  std::size_t words = starts.size();
  if (change.segment && words > 1) {
    const std::size_t word = word_of_cut(change, words);
    have = answer.first(starts[word]);
    answer = answer.subspan(starts[word]);
    words -= word;
  }
  command::Command command{record.task_index, {}, {}, {}};
  if (!change.any_words) command.words = words_command(words);
  if (!change.any_return) command.return_bin = record.return_bin;
  for (std::size_t i = 0; i < record.auxiliary.size(); ++i) {
    const bool any = !change.any_auxiliary.empty() && change.any_auxiliary[i];
    command.auxiliary.push_back(any ? std::nullopt : std::optional<int>(record.auxiliary[i]));
  }
  if (!told.empty()) command.mention = told_in(told, text_of(answer));
  return joined(command, record.intent, have, answer);
}

Sequence SequenceMaker::joined(const command::Command& command, Tokens intent, Tokens have, Tokens answer) const {
  Sequence sequence;
  const auto append = [&](const auto& ids) { sequence.ids.insert(sequence.ids.end(), ids.begin(), ids.end()); };
  const auto append_text = [&](command::SequencePart part) {
    if (part == command::SequencePart::mention)
      return append(tokenizer_.encode(std::string_view(command::sequence_text(command.mention))));
    append(part == command::SequencePart::intent ? intent : have);
  };
  const auto append_pieces = [&](std::string pieces) {
    append(tokenizer_.encode(lm::Prompt{{std::move(pieces), /*control=*/true}}, /*add_bos=*/false));
  };
  sequence.ids.push_back(tokenizer_.bos_id());
  command::lay_out(command, !have.empty(), append_text, append_pieces);
  sequence.first_target = sequence.length();
  if (options_.countdown) append_counted(answer, sequence.ids);
  else append(answer);
  sequence.ids.push_back(tokenizer_.eos_id());
  return sequence;
}

std::vector<std::size_t> SequenceMaker::word_starts(Tokens answer) const {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < answer.size(); ++i)
    if (starts_word_[answer[i]] && !is_quote_alone(answer, i)) starts.push_back(i);
  return starts;
}

/// As command::is_quote_alone, of the word that begins here.
bool SequenceMaker::is_quote_alone(Tokens answer, std::size_t word) const {
  if (!may_be_quote_[answer[word]]) return false;
  std::string text;
  for (std::size_t i = word; i < answer.size() && (i == word || !starts_word_[answer[i]]); ++i)
    text += tokenizer_.piece(answer[i]);
  return command::is_quote_alone(text.substr(student::space_mark.size()));
}

void SequenceMaker::append_counted(Tokens answer, std::vector<int>& to) const {
  const std::vector<std::size_t> starts = word_starts(answer);
  std::size_t word = 0;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    if (word < starts.size() && starts[word] == i) {
      if (const auto piece = command::count_before_word(word, starts.size())) to.push_back(*tokenizer_.id(*piece));
      ++word;
    }
    to.push_back(answer[i]);
  }
}

std::string SequenceMaker::text_of(Tokens ids) const {
  std::string text = tokenizer_.decode(std::vector<int>(ids.begin(), ids.end()));
  if (text.starts_with(' ')) text.erase(0, 1);
  return text;
}

Sample SequenceMaker::sample_of(const StoredSample& record) const {
  return {std::string(record.id),
          text_of(record.intent),
          text_of(record.subject),
          text_of(record.answer),
          record.task_index,
          record.return_bin,
          {record.auxiliary.begin(), record.auxiliary.end()}};
}

}  // namespace udrl::train

// Training the student's tokenizer with sentencepiece's BPE trainer, in process, on counted words. Not for: using it.
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <map>
#include <regex>
#include <unordered_map>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/student/tokenizer.hpp"

namespace udrl::student {
namespace {

constexpr int byte_pieces = 256;
constexpr int special_pieces = 3;           // ⟨unk⟩ ⟨s⟩ ⟨/s⟩
constexpr std::size_t longest_word = 1024;  // bytes; longer runs are no words, and cost the trainer quadratic time

using WordCounts = std::map<std::string, std::uint64_t, std::less<>>;

// What must never be inside a longer piece. llama.cpp merges by looking up the joined text among *all* pieces, control
// and byte pieces too: were "s>" a piece, a typed "<s>" could become one. So the characters that fence such pieces
// stand alone.
bool is_fence(std::string_view character) {
  return character == "<" || character == ">" || character == "⟨" || character == "⟩";
}

std::size_t character_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
}

// White space that would break the trainer's "word<tab>count" lines never comes from normalised text.
bool is_break(char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\0'; }

// Cuts a text where no merge may cross: before each space, and around fences.
class WordCounter {
 public:
  void add(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t length = std::min(character_length(static_cast<unsigned char>(text[i])), text.size() - i);
      add_character(text.substr(i, length));
      i += length;
    }
    flush();
  }
  WordCounts take() { return std::move(counts_); }

 private:
  void add_character(std::string_view character) {
    if (is_break(character[0])) return flush();
    const bool fence = is_fence(character);
    if (fence || character == " ") flush();
    word_ += character;
    if (fence) flush();
  }
  void flush() {
    if (!word_.empty() && word_.size() <= longest_word) ++counts_[word_];
    word_.clear();
  }
  WordCounts counts_;
  std::string word_;
};

// Feeds the trainer lines of "word<tab>count", in the order of the words: the order of the texts does not matter.
class CountedWords : public sentencepiece::SentenceIterator {
 public:
  explicit CountedWords(const WordCounts& counts) : at_(counts.begin()), end_(counts.end()) { fill(); }
  bool done() const override { return at_ == end_; }
  void Next() override {
    ++at_;
    fill();
  }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void fill() {
    if (at_ != end_) line_ = at_->first + "\t" + std::to_string(at_->second);
  }
  WordCounts::const_iterator at_, end_;
  std::string line_;
};

std::string joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += (text.empty() ? "" : ",") + piece;
  return text;
}

std::unordered_map<std::string, std::string> arguments(const std::vector<std::string>& control_pieces,
                                                       const TokenizerOptions& options) {
  return {{"model_type", "bpe"},
          {"input_format", "tsv"},
          {"vocab_size", std::to_string(options.vocab_size)},
          {"character_coverage", std::to_string(options.character_coverage)},
          {"max_sentencepiece_length", std::to_string(options.max_piece_length)},
          {"control_symbols", joined(control_pieces)},
          {"byte_fallback", "true"},
          {"normalization_rule_name", "identity"},
          {"add_dummy_prefix", "false"},
          {"remove_extra_whitespaces", "false"},
          {"unk_id", "0"},
          {"bos_id", "1"},
          {"eos_id", "2"},
          {"pad_id", "-1"},
          {"unk_piece", "⟨unk⟩"},
          {"bos_piece", "⟨s⟩"},
          {"eos_piece", "⟨/s⟩"},
          {"num_threads", "1"},
          {"minloglevel", "2"}};
}

void check(const std::vector<std::string>& control_pieces, const TokenizerOptions& options) {
  const int fixed = special_pieces + byte_pieces + static_cast<int>(control_pieces.size());
  if (options.vocab_size <= fixed || options.vocab_size > 1'000'000)
    throw user_error("the tokenizer's vocab_size is out of range")
        .expected(std::to_string(fixed + 1) + " to 1000000: " + std::to_string(fixed) + " pieces are fixed")
        .got(std::to_string(options.vocab_size));
  if (options.character_coverage < 0.98 || options.character_coverage > 1)
    throw user_error("the tokenizer's character_coverage is out of range")
        .expected("0.98 to 1")
        .got(std::to_string(options.character_coverage));
  if (options.max_piece_length < 1 || options.max_piece_length > 512)
    throw user_error("the tokenizer's max_piece_length is out of range")
        .expected("1 to 512")
        .got(std::to_string(options.max_piece_length));
}

// The trainer's own words, made into ours: it says "Vocabulary size too high (9000). Please set it to a value <= 812."
Error training_error(const std::string& message, const TokenizerOptions& options) {
  Error error = user_error("the tokenizer cannot be trained").got(message);
  std::smatch found;
  if (std::regex_search(message, found, std::regex("too high.*<= ([0-9]+)")))
    return user_error("the texts are too few for a tokenizer of this size")
        .expected("vocab_size of at most " + found[1].str())
        .got(std::to_string(options.vocab_size))
        .hint("set vocab_size to " + found[1].str() + " or less, or train on more text");
  if (message.find("smaller than required_chars") != std::string::npos)
    error.hint("raise vocab_size, or lower character_coverage: rare characters are then spelt in bytes");
  return error;
}

WordCounts count_words(const TextSource& texts) {
  WordCounter counter;
  std::uint64_t seen = 0;
  while (const std::optional<std::string_view> text = texts()) {
    counter.add(*text);
    if (++seen % 4096 == 0) check_stop("training the tokenizer", "run the same command again");
  }
  WordCounts counts = counter.take();
  if (counts.empty()) throw user_error("there is no text to train a tokenizer on").hint("check the data folder");
  return counts;
}

}  // namespace

std::string train_tokenizer(const TextSource& texts, const std::vector<std::string>& control_pieces,
                            const TokenizerOptions& options) {
  check(control_pieces, options);
  const WordCounts counts = count_words(texts);
  CountedWords words(counts);
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments(control_pieces, options), &words, &model);
  if (!status.ok()) throw training_error(status.ToString(), options);
  return model;
}

std::string train_tokenizer(std::span<const std::string> texts, const std::vector<std::string>& control_pieces,
                            const TokenizerOptions& options) {
  std::size_t next = 0;
  auto source = [&]() -> std::optional<std::string_view> {
    if (next == texts.size()) return std::nullopt;
    return texts[next++];
  };
  return train_tokenizer(TextSource(source), control_pieces, options);
}

}  // namespace udrl::student

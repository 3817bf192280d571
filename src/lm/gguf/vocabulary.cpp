// Tokenisation of segments. Not for: chat templates (chat_template.cpp).
#include "vocabulary.hpp"

#include <climits>

#include "bert_text.hpp"
#include "file.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/whole_words.hpp"

namespace udrl::lm {
namespace {

bool puts_space_before_text(const llama_model* model, const llama_vocab* vocab) {
  return llama_vocab_type(vocab) == LLAMA_VOCAB_TYPE_SPM &&
         metadata(model, "tokenizer.ggml.add_space_prefix", "true") == "true";
}

}  // namespace

Vocabulary::Vocabulary(const llama_model* model)
    : vocab_(llama_model_get_vocab(model)), adds_space_(puts_space_before_text(model, vocab_)) {
  for (llama_token token = 0; token < size(); ++token) {
    const auto attributes = static_cast<unsigned>(llama_vocab_get_attr(vocab_, token));
    if ((attributes & (LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNUSED)) != 0 && !ends_answer(token)) {
      banned_.push_back(token);
    }
  }
  if (adds_space_) newline_tokens_ = tokenize("\n", false, false).size();
}

Tokens Vocabulary::tokens(std::span<const Segment> segments) const {
  Tokens out;
  for (std::size_t i = 0; i < segments.size();) {
    const bool control = segments[i].control;
    std::string text;
    for (; i < segments.size() && segments[i].control == control; ++i) text += segments[i].text;
    append(out, text, control);
  }
  return out;
}

Tokens Vocabulary::prompt_tokens(std::span<const Segment> segments) const {
  Tokens out = tokens(segments);
  const llama_token begin = llama_vocab_bos(vocab_);
  if (llama_vocab_get_add_bos(vocab_) && begin != LLAMA_TOKEN_NULL && (out.empty() || out.front() != begin)) {
    out.insert(out.begin(), begin);
  }
  return out;
}

Tokens Vocabulary::encoder_tokens(const std::string& text) const {
  const bool bert = llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_WPM;
  return tokenize(bert ? bert_text(text) : text, true, false);
}

const TokenTexts& Vocabulary::texts() const {
  std::call_once(texts_made_, [this] {
    for (llama_token token = 0; token < size(); ++token) {
      const std::string text = piece(token);
      const bool blank = text.find_first_not_of(" \t\r\n") == std::string::npos;
      texts_.continues_word.push_back(!text.empty() && data::is_word_byte(text.front()));
      texts_.may_repeat.push_back(blank || text.find_first_of("{}[]\":") != std::string::npos);
    }
  });
  return texts_;
}

std::string Vocabulary::piece(llama_token token) const {
  char small[64];
  int length = llama_token_to_piece(vocab_, token, small, sizeof small, 0, false);
  if (length >= 0) return {small, static_cast<std::size_t>(length)};
  std::string large(static_cast<std::size_t>(-length), '\0');
  llama_token_to_piece(vocab_, token, large.data(), -length, 0, false);
  return large;
}

/// A sentencepiece vocabulary puts a space before every text it is given. Wanted at the start and after a control
/// token; between two plain pieces it would be a space that nobody wrote. A line break, never merged with what follows,
/// takes it.
void Vocabulary::append(Tokens& out, const std::string& text, bool control) const {
  if (text.empty()) return;
  const bool inside_text = adds_space_ && !out.empty() && !is_control(out.back());
  const Tokens more = tokenize(inside_text ? "\n" + text : text, false, control);
  out.insert(out.end(), more.begin() + static_cast<std::ptrdiff_t>(inside_text ? newline_tokens_ : 0), more.end());
}

Tokens Vocabulary::tokenize(const std::string& text, bool add_special, bool parse_special) const {
  if (text.size() > INT_MAX / 2) throw user_error("a text is too long to be tokenised");
  Tokens out(text.size() + 4);
  const auto run = [&] {
    return llama_tokenize(vocab_, text.data(), static_cast<int>(text.size()), out.data(), static_cast<int>(out.size()),
                          add_special, parse_special);
  };
  int count = run();
  if (count < 0 && count != INT_MIN) {
    out.resize(static_cast<std::size_t>(-count));
    count = run();
  }
  if (count < 0)
    throw failure("the model's tokenizer failed").got("a text of " + std::to_string(text.size()) + " bytes");
  out.resize(static_cast<std::size_t>(count));
  return out;
}

Tokens Vocabulary::banned_but(std::span<const std::string> allowed) const {
  Tokens banned = banned_;
  for (const std::string& spelled : allowed) {
    const Tokens tokens = tokenize(spelled, false, true);
    if (tokens.size() != 1 || std::erase(banned, tokens.front()) == 0) {
      throw user_error("the model has no control token of this name").got(spelled);
    }
  }
  return banned;
}

bool Vocabulary::is_control_token(const std::string& spelled) const {
  const Tokens tokens = tokenize(spelled, false, true);
  return tokens.size() == 1 && is_control(tokens.front());
}

bool Vocabulary::is_control(llama_token token) const {
  return (static_cast<unsigned>(llama_vocab_get_attr(vocab_, token)) & LLAMA_TOKEN_ATTR_CONTROL) != 0;
}

std::string Vocabulary::spelling(llama_token token) const {
  return token == LLAMA_TOKEN_NULL ? std::string() : std::string(llama_vocab_get_text(vocab_, token));
}

}  // namespace udrl::lm

// Segments to tokens and tokens to text, by the vocabulary in the model file. Not for: chat templates.
#pragma once

#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "answer/sampler.hpp"
#include "llama.h"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

using Tokens = std::vector<llama_token>;

class Vocabulary {
 public:
  explicit Vocabulary(const llama_model* model);

  /// Special tokens are recognised in control segments only. Neighbours of one kind are tokenised as one text.
  Tokens tokens(std::span<const Segment> segments) const;
  /// `tokens`, preceded by the begin token where the vocabulary asks for it and the segments do not start with it.
  Tokens prompt_tokens(std::span<const Segment> segments) const;
  /// A text alone, as llama.cpp does it.
  Tokens tokenize(const std::string& text, bool add_special, bool parse_special) const;
  /// A whole text as an encoder wants it, with its begin and separator tokens.
  Tokens encoder_tokens(const std::string& text) const;

  /// The bytes that a token adds to an answer; "" for control tokens.
  std::string piece(llama_token token) const;
  /// Made when it is first asked for.
  const TokenTexts& texts() const;
  bool ends_answer(llama_token token) const { return llama_vocab_is_eog(vocab_, token); }
  int size() const { return llama_vocab_n_tokens(vocab_); }
  /// Tokens that no answer may hold: control and unused ones, but not those that end it.
  const Tokens& banned() const { return banned_; }
  /// The same without those that are spelled so. Throws `Error` (user) for a spelling that is no single control token.
  Tokens banned_but(std::span<const std::string> allowed) const;
  /// Whether the text is the spelling of one control token.
  bool is_control_token(const std::string& spelled) const;
  /// The spelling of the begin and end tokens, "" where the model has none: what chat templates call bos_token,
  /// eos_token.
  std::string begin_text() const { return spelling(llama_vocab_bos(vocab_)); }
  std::string end_text() const { return spelling(llama_vocab_eos(vocab_)); }

 private:
  void append(Tokens& out, const std::string& text, bool control) const;
  bool is_control(llama_token token) const;
  std::string spelling(llama_token token) const;

  const llama_vocab* vocab_;
  bool adds_space_;  ///< a sentencepiece vocabulary that puts a space before each text it is given
  std::size_t newline_tokens_ = 0;
  Tokens banned_;
  mutable std::once_flag texts_made_;
  mutable TokenTexts texts_;
};

}  // namespace udrl::lm

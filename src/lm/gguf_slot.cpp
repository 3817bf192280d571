// One answer under way. Not for: which answers run together (gguf_answers.cpp).
#include "gguf_slot.hpp"

namespace udrl::lm {
namespace {

constexpr const char* white_space = " \t\r\n\v\f";

}  // namespace

Answer::Answer(Prepared prepared, llama_seq_id sequence, Prefix* prefix)
    : prepared_(std::move(prepared)),
      sampler_(prepared_.request.sampling, prepared_.request.id),
      sequence_(sequence),
      prefix_(prefix),
      waits_(prefix != nullptr),
      start_(std::chrono::steady_clock::now()) {
  completion_.id = prepared_.request.id;
  if (prefix_ != nullptr) ++prefix_->users;
}

void Answer::take_prefix(PrefixCache& prefixes) {
  if (!waits_ || !prefix_->ready()) return;
  prefixes.lend(*prefix_, sequence_);
  computed_ = prefix_->tokens.size();
  waits_ = false;
}

void Answer::fill(TokenBatch& batch) {
  row_ = -1;
  if (waits_ || batch.room() == 0) return;
  const Tokens& tokens = prepared_.tokens;
  if (generating()) {
    row_ = batch.add(last_, static_cast<int>(tokens.size()) + completion_.tokens - 1, sequence_, true);
    return;
  }
  while (batch.room() > 0 && computed_ < tokens.size()) {
    const bool last = computed_ + 1 == tokens.size();
    const int index = batch.add(tokens[computed_], static_cast<int>(computed_), sequence_, last);
    ++computed_;
    if (last) row_ = index;
  }
}

bool Answer::advance(llama_context* context, const Vocabulary& vocabulary) {
  if (row_ < 0) return false;
  const std::span logits(llama_get_logits_ith(context, row_), static_cast<std::size_t>(vocabulary.size()));
  return accept(sampler_.draw(logits, vocabulary.banned()), vocabulary);
}

bool Answer::accept(const Drawn& drawn, const Vocabulary& vocabulary) {
  last_ = drawn.token;
  completion_.log_prob += drawn.log_prob;
  if (completion_.tokens++ == 0) completion_.first_token_s = seconds();
  if (vocabulary.ends_answer(last_)) return finish(Finish::stop);
  const std::size_t written = completion_.text.size();
  completion_.text += vocabulary.piece(last_);
  if (prepared_.request.sampling.stop_at_newline && cut_at_newline(written)) return finish(Finish::stop);
  return completion_.tokens >= prepared_.budget && finish(Finish::length);
}

/// Line breaks before the first text do not count.
bool Answer::cut_at_newline(std::size_t searched_from) {
  std::string& text = completion_.text;
  const std::size_t first_text = text.find_first_not_of(white_space);
  if (first_text == std::string::npos) return false;
  const std::size_t line_break = text.find('\n', std::max(first_text, searched_from));
  if (line_break == std::string::npos) return false;
  text.resize(line_break);
  return true;
}

bool Answer::finish(Finish how) {
  completion_.finish = how;
  completion_.seconds = seconds();
  return true;
}

double Answer::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace udrl::lm

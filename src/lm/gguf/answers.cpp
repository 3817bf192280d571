// Answers, written token by token. Not for: which run together (run.cpp), or drawing a token (sampler.cpp).
#include "engine_work.hpp"

#include <chrono>
#include <optional>

#include "answer/answer_end.hpp"
#include "answer/sampler.hpp"
#include "mean_state.hpp"
#include "run.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {
namespace {

using Clock = std::chrono::steady_clock;

/// What is written so far, and when it ends.
class AnswerSlot final : public Slot {
 public:
  AnswerSlot(PreparedPrompt prepared, Request request, const Engine& engine, const CompletionSink& done)
      : Slot(std::move(prepared)),
        request_(std::move(request)),
        sampler_(request_.sampling, request_.id, texts_of(request_.sampling, engine.vocabulary())),
        done_(done),
        state_(request_.states ? engine.state_width() : 0) {
    completion_.id = request_.id;
    completion_.mark = request_.mark;
    const auto& allowed = request_.sampling.allowed_control;
    if (!allowed.empty()) banned_ = engine.vocabulary().banned_but(allowed);
  }

  void admit(llama_seq_id sequence, Prefix* prefix) override {
    Slot::admit(sequence, prefix);
    start_ = Clock::now();
  }
  bool generating() const override { return is_read(); }
  bool wants_states() const override { return request_.states; }
  void fill(TokenBatch& batch) override;
  bool advance(llama_context* context, const Vocabulary& vocabulary) override;
  int deliver() override;

 private:
  static const TokenTexts* texts_of(const Sampling& sampling, const Vocabulary& vocabulary) {
    const bool asked = sampling.spelling_temperature > 0 || sampling.repeat_penalty != 1;
    return asked ? &vocabulary.texts() : nullptr;
  }
  void read(llama_context* context, const Drawn& drawn);
  bool accept(const Drawn& drawn, const Vocabulary& vocabulary);
  bool is_wanted() const;
  bool finish(Finish how);
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  Request request_;
  Sampler sampler_;
  const CompletionSink& done_;
  MeanState state_;
  std::optional<Tokens> banned_;  ///< where it is not the vocabulary's own list
  llama_token last_ = 0;
  int row_ = -1;  ///< where the batch computes its logits; −1: nowhere
  Completion completion_;
  Clock::time_point start_;
};

void AnswerSlot::fill(TokenBatch& batch) {
  row_ = -1;
  if (waits() || batch.room() == 0) return;
  const std::size_t length = prepared().tokens.size();
  if (generating()) {
    row_ = batch.add(last_, static_cast<int>(length) + completion_.tokens - 1, sequence(), true);
    return;
  }
  while (batch.room() > 0 && !is_read()) {
    const bool last = computed() + 1 == length;
    const int row = read_next(batch, last);
    if (last) row_ = row;
  }
}

bool AnswerSlot::advance(llama_context* context, const Vocabulary& vocabulary) {
  if (row_ < 0) return false;
  const std::span logits(llama_get_logits_ith(context, row_), static_cast<std::size_t>(vocabulary.size()));
  const Drawn drawn = sampler_.draw(logits, banned_ ? *banned_ : vocabulary.banned());
  if (!vocabulary.ends_answer(drawn.token)) read(context, drawn);
  return accept(drawn, vocabulary);
}

void AnswerSlot::read(llama_context* context, const Drawn& drawn) {
  state_.add(context, row_);
  completion_.read.log_prob += drawn.log_prob;
  ++completion_.read.tokens;
}

bool AnswerSlot::accept(const Drawn& drawn, const Vocabulary& vocabulary) {
  last_ = drawn.token;
  completion_.log_prob += drawn.log_prob;
  if (completion_.tokens++ == 0) completion_.first_token_s = seconds();
  if (vocabulary.ends_answer(last_)) return finish(Finish::stop);
  const std::size_t written = completion_.text.size();
  completion_.text += vocabulary.piece(last_);
  if (cut_at_end(completion_.text, request_.sampling, written)) return finish(Finish::stop);
  if (completion_.tokens >= prepared().budget) return finish(Finish::length);
  return !is_wanted() && finish(Finish::cancelled);
}

bool AnswerSlot::is_wanted() const {
  if (!request_.written) return true;
  const std::string_view text = completion_.text;
  Written so_far{text.substr(0, settled(text, request_.sampling)), completion_.read};
  so_far.read.state = state_.value();
  return request_.written(so_far);
}

bool AnswerSlot::finish(Finish how) {
  completion_.finish = how;
  completion_.read.state = state_.value();
  completion_.seconds = seconds();
  return true;
}

int AnswerSlot::deliver() {
  const int tokens = completion_.tokens;
  done_(std::move(completion_));
  return tokens;
}

void require_writer(const Engine& engine) {
  if (!engine.is_encoder()) return;
  throw user_error("this model cannot write text, only embed it")
      .at(engine.options().gguf.string())
      .hint("name a causal language model");
}

}  // namespace

std::size_t check_request(const Engine& engine, const Request& request) {
  require_writer(engine);
  const PreparedPrompt prepared = prepare(engine, request);
  const auto& allowed = request.sampling.allowed_control;
  if (!allowed.empty()) (void)engine.vocabulary().banned_but(allowed);
  if (engine.options().context > 0) check_fits(prepared, engine.options().context);
  return prepared.tokens.size();
}

Throughput answer_requests(Engine& engine, const RequestSource& next, const CompletionSink& done) {
  require_writer(engine);
  return run_slots(engine, engine.lane(), [&]() -> std::unique_ptr<Slot> {
    std::optional<Request> request = next();
    if (!request) return nullptr;
    PreparedPrompt prepared = prepare(engine, *request);
    return std::make_unique<AnswerSlot>(std::move(prepared), std::move(*request), engine, done);
  });
}

}  // namespace udrl::lm

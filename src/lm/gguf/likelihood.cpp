// Likelihoods: texts are read, many at once, and the logits before each wanted token are taken. Not for: which run
// together (run.cpp).
#include "engine_work.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <utility>

#include "answer/sampler.hpp"
#include "mean_state.hpp"
#include "run.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

/// Log-probabilities of next tokens at one row of a batch.
class LogitRow {
 public:
  LogitRow(llama_context* context, int row, const Vocabulary& vocabulary)
      : logits_(llama_get_logits_ith(context, row), static_cast<std::size_t>(vocabulary.size())),
        log_sum_(log_sum_exp(logits_)) {}
  double log_prob(llama_token token) const {
    return static_cast<double>(logits_[static_cast<std::size_t>(token)]) - log_sum_;
  }

 private:
  std::span<const float> logits_;
  double log_sum_;
};

/// Reads its tokens, and takes the logits of the last `wanted` of them.
class Reading : public Slot {
 public:
  Reading(PreparedPrompt read, std::size_t wanted, int state_width = 0)
      : Slot(std::move(read)), first_wanted_(prepared().tokens.size() - wanted), state_(state_width) {}

  void fill(TokenBatch& batch) final {
    rows_.clear();
    if (waits()) return;
    while (batch.room() > 0 && !is_read()) {
      const std::size_t position = computed();
      const bool wanted = position >= first_wanted_;
      if (wanted && batch.row_room() == 0) return;
      const int row = read_next(batch, wanted);
      if (wanted) rows_.emplace_back(position, row);
    }
  }
  bool advance(llama_context* context, const Vocabulary& vocabulary) final {
    for (const auto& [position, row] : rows_) {
      state_.add(context, row);
      take(position, LogitRow(context, row, vocabulary));
    }
    return !waits() && is_read();
  }
  bool wants_states() const final { return state_.is_asked(); }
  int deliver() override { return 0; }

 protected:
  std::vector<float> state() const { return state_.value(); }

 private:
  virtual void take(std::size_t position, const LogitRow& row) = 0;

  std::size_t first_wanted_;
  MeanState state_;
  std::vector<std::pair<std::size_t, int>> rows_;  ///< of the batch: position, row
};

class ContinuationReading final : public Reading {
 public:
  ContinuationReading(PreparedPrompt prepared, Joined joined, Likelihood& result, int state_width)
      : Reading(std::move(prepared), joined.whole.size() - joined.first, state_width),
        whole_(std::move(joined.whole)),
        result_(result) {
    result_ = {0, static_cast<int>(whole_.size() - joined.first), {}};
  }
  int deliver() override {
    result_.state = state();
    return 0;
  }

 private:
  void take(std::size_t position, const LogitRow& row) override {
    result_.log_prob += row.log_prob(whole_[position + 1]);
  }

  Tokens whole_;
  Likelihood& result_;
};

class ChoiceReading final : public Reading {
 public:
  ChoiceReading(PreparedPrompt prepared, Tokens options, std::vector<double>& result)
      : Reading(std::move(prepared), 1), options_(std::move(options)), result_(result) {}

 private:
  void take(std::size_t, const LogitRow& row) override {
    result_.clear();
    for (const llama_token option : options_) result_.push_back(row.log_prob(option));
  }

  Tokens options_;
  std::vector<double>& result_;
};

void require_author(const Engine& engine) {
  if (engine.is_encoder()) throw user_error("this model only embeds texts").at(engine.options().gguf.string());
}

/// A question's tokens, those that all options begin with included (sentencepiece puts a space before a text), and the
/// token by which each option goes on.
struct ChoiceTokens {
  Tokens read, options;
};

std::size_t common_length(const std::vector<Tokens>& texts) {
  std::size_t length = texts.front().size();
  for (const Tokens& text : texts) {
    const auto end = std::mismatch(text.begin(), text.end(), texts.front().begin(), texts.front().end()).first;
    length = std::min(length, static_cast<std::size_t>(end - text.begin()));
  }
  return length;
}

ChoiceTokens choice_tokens(const Engine& engine, const Prompt& prompt, std::span<const std::string> options) {
  std::vector<Tokens> texts;
  std::size_t first = 0;
  for (const std::string& option : options) {
    Joined joined = join(engine, prompt, option);
    first = joined.first;
    texts.push_back(std::move(joined.whole));
  }
  const std::size_t common = options.size() == 1 ? first : common_length(texts);
  ChoiceTokens choice;
  choice.read.assign(texts.front().begin(), texts.front().begin() + static_cast<std::ptrdiff_t>(common));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool is_over = texts[i].size() <= common;  // another option begins with this one
    if (is_over || std::find(choice.options.begin(), choice.options.end(), texts[i][common]) != choice.options.end())
      throw user_error("two options begin with the same token").at("option " + options[i]);
    choice.options.push_back(texts[i][common]);
  }
  return choice;
}

PreparedPrompt prepare_choice(const Engine& engine, const Question& question, Tokens read) {
  PreparedPrompt prepared = prepare(engine, question);
  prepared.tokens = std::move(read);
  const std::size_t most = prepared.tokens.size() - 1;  // the last one is computed for its logits
  for (std::size_t* part : {&prepared.common, &prepared.question, &prepared.shared}) *part = std::min(*part, most);
  return prepared;
}

using MakeSlot = std::function<std::unique_ptr<Slot>(std::size_t)>;

/// Neighbours may ask the same question, so they stay together.
constexpr std::size_t block = 16;

/// What one lane runs of `count`: every so many-th block, the same each time, so that the same call computes the same.
class Dealt {
 public:
  Dealt(std::size_t lane, std::size_t lanes, std::size_t count)
      : step_(lanes * block), first_(lane * block), count_(count) {}

  std::optional<std::size_t> next() {
    if (within_ == block) within_ = 0, first_ += step_;
    const std::size_t item = first_ + within_++;
    return item < count_ ? std::optional(item) : std::nullopt;
  }

 private:
  std::size_t step_, first_, count_, within_ = 0;
};

/// Runs a slot for each of `count`, in lanes side by side.
Throughput run_all(Engine& engine, std::size_t count, const MakeSlot& make) {
  require_author(engine);
  std::vector<Lane>& lanes = engine.lanes(count);
  std::atomic<bool> failed = false;  // in one lane: the others end early
  const auto run_lane = [&](std::size_t lane) {
    try {
      Dealt dealt(lane, lanes.size(), count);
      return run_slots(engine, lanes[lane], [&] {
        const auto item = dealt.next();
        return item && !failed ? make(*item) : nullptr;
      });
    } catch (...) {
      failed = true;
      throw;
    }
  };
  std::vector<std::future<Throughput>> workers;  // its destructor waits for those that still run
  const auto policy = lanes.size() > 1 ? std::launch::async : std::launch::deferred;
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) workers.push_back(std::async(policy, run_lane, lane));
  Throughput figures;
  for (auto& worker : workers) {
    const Throughput of_lane = worker.get();
    figures.prompt_tokens += of_lane.prompt_tokens;
    figures.seconds = std::max(figures.seconds, of_lane.seconds);
  }
  check_stop("stopped while texts were measured", "run the same command again");
  return figures;
}

}  // namespace

Likelihoods continuation_log_probs(Engine& engine, std::span<const Continuation> continuations) {
  Likelihoods out;
  out.values.resize(continuations.size());
  out.throughput = run_all(engine, continuations.size(), [&](std::size_t i) -> std::unique_ptr<Slot> {
    Joined joined = join(engine, continuations[i].question.prompt, continuations[i].text);
    PreparedPrompt prepared = prepare(engine, continuations[i], joined);
    return std::make_unique<ContinuationReading>(std::move(prepared), std::move(joined), out.values[i],
                                                 continuations[i].states ? engine.state_width() : 0);
  });
  return out;
}

std::vector<std::vector<double>> option_log_probs(Engine& engine, std::span<const Question> questions,
                                                  std::span<const std::string> options) {
  std::vector<std::vector<double>> out(questions.size());
  run_all(engine, questions.size(), [&](std::size_t i) -> std::unique_ptr<Slot> {
    ChoiceTokens choice = choice_tokens(engine, questions[i].prompt, options);
    return std::make_unique<ChoiceReading>(prepare_choice(engine, questions[i], std::move(choice.read)),
                                           std::move(choice.options), out[i]);
  });
  return out;
}

}  // namespace udrl::lm

// The scorers that have a causal model read.
#include "reading_scorers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"

namespace udrl::score {
namespace {

/// What stands for the answer in the baseline.
constexpr const char* no_answer = "(not shown)";

std::string spaced(std::string_view text) { return std::string(" ").append(text); }

std::string examples_backwards(const TaskGuide& guide) {
  std::string text = "Each text was written for a short request. Guess the request.\n\n";
  for (const auto& [intent, prompt] : guide.examples) {
    text.append("Text: ").append(prompt).append("\nRequest: ").append(intent).append("\n\n");
  }
  return text.append("Text:");
}

}  // namespace

Pmi::Pmi(std::shared_ptr<Batch> batch, bool masked) : batch_(std::move(batch)), masked_(masked) {
  batch_->model("pmi", value_names().front());
}

lm::Continuation Pmi::ask(const Answer& answer, std::string_view shown) const {
  const std::string examples = examples_backwards(batch_->guide(answer.task));
  // Segments of two kinds, so that the examples' tokens do not depend on what follows.
  return {{{{examples, true}, {spaced(shown), false}, {"\nRequest:", true}}, 1}, spaced(answer.intent)};
}

void Pmi::score(std::span<const Answer> answers, std::span<Values> values) {
  std::vector<lm::Continuation> items;
  std::vector<std::string> keys, asked;
  auto& baselines = batch_->baselines();
  for (const Answer& a : answers) {
    keys.push_back(std::string(a.task) + '\x1f' + std::string(a.intent));
    if (!baselines.emplace(keys.back(), lm::Likelihood{}).second) continue;
    asked.push_back(keys.back());
    items.push_back(ask(a, no_answer));
  }
  for (const Answer& a : answers) {
    items.push_back(ask(a, masked_ ? data::mask_words(a.prompt, a.intent) : std::string(a.prompt)));
  }
  const auto likelihoods = batch_->model("pmi", "pmi").log_probs(items).values;
  for (std::size_t i = 0; i < asked.size(); ++i) baselines[asked[i]] = likelihoods[i];
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const lm::Likelihood& with = likelihoods[asked.size() + i];
    values[i][value_names().front()] = (with.log_prob - baselines[keys[i]].log_prob) / with.tokens;
  }
}

Fluency::Fluency(std::shared_ptr<Batch> batch) : batch_(std::move(batch)) {
  batch_->model("teacher", "fluency");
  if (!batch_->resources().teacher_question)
    throw user_error("scorer 'fluency' needs the tasks' files").hint("name their folder (--tasks-folder)");
}

void Fluency::score(std::span<const Answer> answers, std::span<Values> values) {
  std::vector<lm::Continuation> items;
  for (const Answer& a : answers) items.push_back({batch_->resources().teacher_question(a), std::string(a.prompt)});
  const auto likelihoods = batch_->model("teacher", "fluency").log_probs(items).values;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    values[i]["fluency"] = likelihoods[i].log_prob / std::max(1, likelihoods[i].tokens);
  }
}

Judge::Judge(std::shared_ptr<Batch> batch) : batch_(std::move(batch)), model_(batch_->model("judge", "judge")) {}

lm::Question Judge::ask(const Answer& answer) const {
  const std::string rubric = batch_->guide(answer.task).rubric +
                             "\nRate the answer from 1 (useless) to 5 (excellent). Reply with one digit and nothing else.";
  const std::vector<lm::Message> messages{
      {lm::Role::system, rubric},
      {lm::Role::user,
       std::string("Request:").append(spaced(answer.intent)).append("\nAnswer:").append(spaced(answer.prompt))}};
  return {model_.chat(messages), 1};
}

void Judge::score(std::span<const Answer> answers, std::span<Values> values) {
  static const std::vector<std::string> digits{"1", "2", "3", "4", "5"};
  std::vector<lm::Question> questions;
  for (const Answer& a : answers) questions.push_back(ask(a));
  const auto rows = model_.choice_log_probs(questions, digits);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const double rating = expected_rating(rows[i]);
    if (!std::isfinite(rating)) {
      throw failure("the judge gives no digit a probability")
          .at("answer '" + std::string(answers[i].prompt.substr(0, 60)) + "'")
          .hint("take another judge, or leave this scorer out");
    }
    values[i]["judge"] = rating;
  }
}

double expected_rating(std::span<const double> log_probs) {
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < log_probs.size(); ++i) {
    const double p = std::exp(log_probs[i]);
    sum += static_cast<double>(i + 1) * p;
    weights += p;
  }
  return weights > 0 ? sum / weights : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace udrl::score

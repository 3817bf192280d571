// The scorers that have a causal model read.
#include "reading_scorers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/text.hpp"
#include "udrl/score/rewrite.hpp"

namespace udrl::score {
namespace {

/// What stands for the answer in the baseline.
constexpr const char* no_answer = "(not shown)";
constexpr std::size_t most_examples = 8;
/// Of the order that an answer's own is held against, which is drawn by its text alone.
constexpr std::uint64_t shuffle_seed = 1;

/// Places of the answers, those of a task together: they share the beginning of what is asked.
std::vector<std::size_t> by_task(std::span<const Candidate> answers) {
  std::vector<std::size_t> order(answers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return answers[a].task < answers[b].task; });
  return order;
}

std::string spaced(std::string_view text) { return std::string(" ").append(text); }

std::string key_of(const Candidate& a, std::string_view shown) {
  return std::string(a.task).append(1, '\x1f').append(a.intent).append(1, '\x1f').append(shown);
}

std::string examples_backwards(const TaskGuide& guide) {
  std::string text = "Each text was written for a short request. Guess the request.\n\n";
  for (std::size_t i = 0; i < std::min(guide.examples.size(), most_examples); ++i) {
    const auto& [intent, answer] = guide.examples[i];
    text.append("Text: ").append(answer).append("\nRequest: ").append(intent).append("\n\n");
  }
  return text.append("Text:");
}

std::string examples_of_answers(const TaskGuide& guide) {
  std::string text;
  for (std::size_t i = 0; i < std::min(guide.examples.size(), most_examples); ++i)
    text.append("Text: ").append(guide.examples[i].second).append("\n\n");
  return text.append("Text:");
}

}  // namespace

Pmi::Pmi(std::shared_ptr<Batch> shared, bool masked)
    : BatchScorer(masked ? "pmi_masked" : "pmi", std::move(shared)), masked_(masked) {
  batch().model("pmi", name());
  batch().require_guides(name());
}

lm::Continuation Pmi::ask(const Candidate& answer, std::string_view shown) const {
  const std::string examples = examples_backwards(batch().guide(answer.task));
  // Segments of two kinds, so that the examples' tokens do not depend on what follows.
  return {{{{examples, true}, {spaced(shown), false}, {"\nRequest:", true}}, 1}, spaced(answer.intent)};
}

void Pmi::score(std::span<const Candidate> answers, std::span<Values> values) {
  auto& known = batch().likelihoods();
  std::vector<lm::Continuation> items;
  std::vector<lm::Likelihood*> fresh;
  const auto likelihood = [&](const Candidate& a, const std::string& shown) {
    const auto [found, is_new] = known.emplace(key_of(a, shown), lm::Likelihood{});
    if (is_new) {
      items.push_back(ask(a, shown));
      fresh.push_back(&found->second);
    }
    return &found->second;
  };
  struct Pair {
    const lm::Likelihood *without, *with;
  };
  std::vector<Pair> pairs(answers.size());
  for (const std::size_t i : by_task(answers)) {
    const Candidate& a = answers[i];
    pairs[i].without = likelihood(a, no_answer);
    pairs[i].with = likelihood(a, masked_ ? data::mask_words(a.text, a.intent) : std::string(a.text));
  }
  const auto likelihoods = batch().model("pmi", name()).log_probs(items).values;
  for (std::size_t i = 0; i < fresh.size(); ++i) *fresh[i] = likelihoods[i];
  for (std::size_t i = 0; i < answers.size(); ++i)
    values[i][name()] = (pairs[i].with->log_prob - pairs[i].without->log_prob) / pairs[i].with->tokens;
}

LogLikelihood::LogLikelihood(std::shared_ptr<Batch> shared) : BatchScorer("likelihood", std::move(shared)) {
  batch().model("teacher", name());
  if (!batch().resources().teacher_question)
    throw user_error("scorer 'likelihood' needs the tasks' files").hint("name their folder (--tasks-folder)");
}

void LogLikelihood::score(std::span<const Candidate> answers, std::span<Values> values) {
  const std::vector<std::size_t> order = by_task(answers);
  std::vector<lm::Continuation> items;
  for (const std::size_t i : order) {
    items.push_back({batch().resources().teacher_question(answers[i]), std::string(answers[i].text)});
  }
  const auto likelihoods = batch().model("teacher", name()).log_probs(items).values;
  for (std::size_t n = 0; n < order.size(); ++n) {
    values[order[n]][name()] = likelihoods[n].log_prob / std::max(1, likelihoods[n].tokens);
  }
}

Fluency::Fluency(std::shared_ptr<Batch> shared) : BatchScorer("fluency", std::move(shared)) {
  batch().model("pmi", name());
  batch().require_guides(name());
}

void Fluency::score(std::span<const Candidate> answers, std::span<Values> values) {
  const std::vector<std::size_t> order = by_task(answers);
  std::vector<lm::Continuation> items;
  for (const std::size_t i : order) {
    const lm::Question examples{{{examples_of_answers(batch().guide(answers[i].task)), true}}, 1};
    const std::string_view text = answers[i].text;
    items.push_back({examples, spaced(text)});
    items.push_back({examples, spaced(with_words_shuffled(text, 1, RandomStream(shuffle_seed, text)))});
  }
  const auto read = batch().model("pmi", name()).log_probs(items).values;
  for (std::size_t n = 0; n < order.size(); ++n) {
    const lm::Likelihood &own = read[2 * n], &shuffled = read[2 * n + 1];
    values[order[n]][name()] = (own.log_prob - shuffled.log_prob) / std::max(1, own.tokens);
  }
}

Judge::Judge(std::shared_ptr<Batch> shared)
    : BatchScorer("judge", std::move(shared)), model_(batch().model("judge", name())) {
  batch().require_guides(name());
}

lm::Question Judge::ask(const Candidate& answer) const {
  const std::string rubric =
      batch().guide(answer.task).rubric +
      "\nRate the answer from 1 (useless) to 5 (excellent). Reply with one digit and nothing else.";
  const std::vector<lm::Message> messages{
      {lm::Role::system, rubric},
      {lm::Role::user,
       std::string("Request:").append(spaced(answer.intent)).append("\nAnswer:").append(spaced(answer.text))}};
  return {model_.chat(messages), 1};
}

void Judge::score(std::span<const Candidate> answers, std::span<Values> values) {
  static const std::vector<std::string> digits{"1", "2", "3", "4", "5"};
  const std::vector<std::size_t> order = by_task(answers);
  std::vector<lm::Question> questions;
  for (const std::size_t i : order) questions.push_back(ask(answers[i]));
  const auto rows = model_.choice_log_probs(questions, digits);
  for (std::size_t n = 0; n < order.size(); ++n) {
    const double rating = expected_rating(rows[n]);
    if (std::isfinite(rating)) values[order[n]][name()] = rating;  // else it named no digit, or would not be asked
  }
}

Serves::Serves(std::shared_ptr<Batch> shared, bool masked)
    : BatchScorer(masked ? "serves_masked" : "serves", std::move(shared)),
      masked_(masked),
      model_(batch().model("judge", name())) {
  batch().require_guides(name());
}

lm::Question Serves::ask(const Candidate& answer) const {
  const std::string shown = masked_ ? data::mask_words(answer.text, answer.intent) : std::string(answer.text);
  const std::vector<lm::Message> messages{
      {lm::Role::system, batch().guide(answer.task).rubric},
      {lm::Role::user, std::string("Request:")
                           .append(spaced(answer.intent))
                           .append("\nAnswer:")
                           .append(spaced(shown))
                           .append("\nDoes the answer serve the request? Reply with Yes or No and nothing else.")}};
  return {model_.chat(messages), 1};
}

void Serves::score(std::span<const Candidate> answers, std::span<Values> values) {
  static const std::vector<std::string> options{"Yes", "No"};
  const std::vector<std::size_t> order = by_task(answers);
  std::vector<lm::Question> questions;
  for (const std::size_t i : order) questions.push_back(ask(answers[i]));
  const auto rows = model_.choice_log_probs(questions, options);
  for (std::size_t n = 0; n < order.size(); ++n)  // an endpoint may list neither, or refuse the question
    if (const double odds = log_odds(rows[n][0], rows[n][1]); std::isfinite(odds)) values[order[n]][name()] = odds;
}

double log_odds(double first, double second) {
  // What an endpoint does not list has at most what is left, and what is sure is not wholly so.
  const auto rest = [](double listed) { return std::log(std::max(1e-9, -std::expm1(listed))); };
  if (std::isfinite(first) == std::isfinite(second)) return first - second;
  return std::isfinite(first) ? first - rest(first) : rest(second) - second;
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

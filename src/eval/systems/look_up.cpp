// Brute-force search, and counts of words.
#include "look_up.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

#include "udrl/data/text.hpp"
#include "udrl/score/embeddings.hpp"
#include "udrl/score/rewrite.hpp"

namespace udrl::eval {
namespace {

/// Added to how often a word comes, so that a rare one does not stand first by chance.
constexpr double smoothing = 10;

/// The numbers of the `kept` rows nearest to `row`, the nearest first; of rows equally near the earlier.
std::vector<std::size_t> nearest_to(const std::vector<float>& row, const std::vector<std::vector<float>>& others,
                                    std::size_t kept) {
  std::vector<std::pair<double, std::size_t>> far;
  for (std::size_t i = 0; i < others.size(); ++i) far.emplace_back(-score::cosine(row, others[i]), i);
  const auto end = far.begin() + static_cast<std::ptrdiff_t>(std::min(kept, far.size()));
  std::partial_sort(far.begin(), end, far.end());
  std::vector<std::size_t> out;
  for (auto it = far.begin(); it != end; ++it) out.push_back(it->second);
  return out;
}

}  // namespace

LookUp::LookUp(const CaseSet& set, const TrainingView& training, lm::LanguageModel& embedder)
    : near_(set.cases.size()) {
  for (const Case& c : set.cases) cases_.push_back(&c);
  for (const std::string& task : set.tasks) {
    OfTask& of_task = by_task_[task];
    read(of_task, training.by_task.at(task));
    search(of_task, set, task, embedder);
  }
}

void LookUp::read(OfTask& of_task, const std::vector<TrainingText>& texts) {
  std::unordered_map<std::string, std::size_t> numbers;
  for (const TrainingText& text : texts) {
    const auto [found, is_new] = numbers.emplace(text.intent.intent, of_task.intents.size());
    if (is_new) {
      of_task.intents.push_back(text.intent.intent);
      of_task.best.push_back(&text);
      of_task.words.emplace_back();
    } else if (text.return_bin > of_task.best[found->second]->return_bin) {
      of_task.best[found->second] = &text;
    }
    std::set<std::string> words;
    for (const std::string_view word : score::own_content_words(text.answer, text.intent.intent))
      words.insert(data::fold_case(word));
    for (const std::string& word : words) {
      ++of_task.words[found->second][word];
      ++of_task.all[word];
    }
  }
}

void LookUp::search(OfTask& of_task, const CaseSet& set, const std::string& task, lm::LanguageModel& embedder) {
  std::vector<std::size_t> positions;
  std::vector<std::string> asked;
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    if (set.cases[i].task != task) continue;
    positions.push_back(i);
    asked.push_back(set.cases[i].intent.intent);
  }
  const auto others = embedder.embed(of_task.intents);
  const auto rows = embedder.embed(asked);
  for (std::size_t k = 0; k < rows.size(); ++k) near_[positions[k]] = nearest_to(rows[k], others, kept);
}

const TrainingText& LookUp::nearest(std::size_t i) const {
  return *by_task_.at(cases_[i]->task).best[near_[i].front()];
}

std::vector<std::string> LookUp::words_for(std::size_t i, std::size_t at_most) const {
  const OfTask& of_task = by_task_.at(cases_[i]->task);
  Counts counts;
  for (const std::size_t intent : near_[i])
    for (const auto& [word, count] : of_task.words[intent]) counts[word] += count;
  std::vector<std::pair<double, std::string>> ranked;
  for (const auto& [word, count] : counts)
    if (!score::own_content_words(word, cases_[i]->intent.intent).empty())
      ranked.emplace_back(-count / std::sqrt(of_task.all.at(word) + smoothing), word);
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> out;
  for (std::size_t k = 0; k < std::min(at_most, ranked.size()); ++k) out.push_back(ranked[k].second);
  return out;
}

}  // namespace udrl::eval

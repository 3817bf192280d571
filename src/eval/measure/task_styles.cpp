// Nearest mean embedding.
#include "task_styles.hpp"

#include <algorithm>

#include "udrl/score/embeddings.hpp"

namespace udrl::eval {
namespace {

constexpr std::size_t most = 250;  // training answers a task, for the means and as many again to compare with

std::vector<std::string> texts_of(const std::vector<TrainingText>& training, std::size_t begin, std::size_t end) {
  std::vector<std::string> texts;
  for (std::size_t i = begin; i < std::min(end, training.size()); ++i) texts.push_back(training[i].answer);
  return texts;
}

std::vector<float> mean_of(const std::vector<std::vector<float>>& vectors) {
  std::vector<float> mean(vectors.front().size(), 0.0F);
  for (const auto& vector : vectors)
    for (std::size_t d = 0; d < mean.size(); ++d) mean[d] += vector[d] / static_cast<float>(vectors.size());
  return mean;
}

/// Tasks by how many of the texts look like each.
std::vector<std::size_t> looks_like(const std::vector<std::string>& texts, const std::vector<std::vector<float>>& means,
                                    lm::LanguageModel& embedder) {
  std::vector<std::size_t> counts(means.size(), 0);
  for (const auto& vector : embedder.embed(texts)) {
    std::size_t best = 0;
    for (std::size_t t = 1; t < means.size(); ++t)
      if (score::cosine(vector, means[t]) > score::cosine(vector, means[best])) best = t;
    ++counts[best];
  }
  return counts;
}

double share(const std::vector<std::size_t>& counts, std::size_t of, std::size_t total) {
  return total == 0 ? 0 : static_cast<double>(counts[of]) / static_cast<double>(total);
}

}  // namespace

std::vector<command::TaskStyle> task_styles(const MeasuredRow& row, const CaseSet& set, const TrainingView& training,
                                            lm::LanguageModel& embedder) {
  if (set.tasks.size() < 2) return {};
  std::vector<std::vector<float>> means;
  for (const std::string& task : set.tasks)
    means.push_back(mean_of(embedder.embed(texts_of(training.by_task.at(task), 0, most))));
  std::vector<command::TaskStyle> styles;
  for (std::size_t t = 0; t < set.tasks.size(); ++t) {
    const std::string& task = set.tasks[t];
    std::vector<std::string> answers;
    for (std::size_t i = 0; i < row.answers.size(); ++i)
      if (set.cases[i].task_index == t && !row.answers[i].answer.text.empty())
        answers.push_back(row.answers[i].answer.text);
    const std::vector<std::string> others = texts_of(training.by_task.at(task), most, 2 * most);
    std::vector<std::size_t> counts = looks_like(answers, means, embedder);
    const std::vector<std::size_t> of_training = looks_like(others, means, embedder);
    command::TaskStyle style{task, answers.size(), share(counts, t, answers.size()),
                             share(of_training, t, others.size()), ""};
    counts[t] = 0;
    const auto mistaken = std::max_element(counts.begin(), counts.end());
    if (*mistaken > 0) style.most_mistaken_for = set.tasks[static_cast<std::size_t>(mistaken - counts.begin())];
    styles.push_back(std::move(style));
  }
  return styles;
}

}  // namespace udrl::eval

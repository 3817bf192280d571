// Naive Bayes over trigrams of bytes (after Cavnar and Trenkle, 1994, "N-gram-based text categorization"): form shows
// in capitals, marks and common endings, and what a text is about hardly counts.
#include "task_styles.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace udrl::eval {
namespace {

constexpr std::size_t most = 4000;  // training answers a task: every other one makes its style, the rest is compared

class Style {
 public:
  void add(const std::string& text) {
    for_each_trigram(text, [&](std::uint32_t trigram) { ++counts_[trigram], ++total_; });
  }
  double log_likelihood(const std::string& text) const {
    constexpr double unseen = 0.5, kinds = 20'000;  // about as many trigrams as are in use
    double sum = 0;
    for_each_trigram(text, [&](std::uint32_t trigram) {
      const auto found = counts_.find(trigram);
      const double count = found == counts_.end() ? 0 : found->second;
      sum += std::log((count + unseen) / (total_ + unseen * kinds));
    });
    return sum;
  }

 private:
  /// A text begins and ends with marks of its own.
  template <class Use>
  static void for_each_trigram(const std::string& text, Use use) {
    std::uint32_t last = 2;
    const auto take = [&](unsigned char byte) { use(last = ((last << 8) | byte) & 0xFFFFFF); };
    for (const char c : text) take(static_cast<unsigned char>(c));
    take(3);
  }

  std::unordered_map<std::uint32_t, double> counts_;
  double total_ = 0;
};

/// Tasks by how many of the texts look like each.
class Lookalikes {
 public:
  explicit Lookalikes(const std::vector<Style>& styles) : styles_(styles), counts_(styles.size(), 0) {}

  void add(const std::string& text) {
    std::vector<double> likelihoods;
    for (const Style& style : styles_) likelihoods.push_back(style.log_likelihood(text));
    ++counts_[static_cast<std::size_t>(std::max_element(likelihoods.begin(), likelihoods.end()) - likelihoods.begin())];
    ++texts_;
  }
  std::size_t texts() const { return texts_; }
  double share(std::size_t task) const {
    return texts_ == 0 ? 0 : static_cast<double>(counts_[task]) / static_cast<double>(texts_);
  }
  /// Of the other tasks the one that most look like; none where all look like this one.
  std::string most_other_than(std::size_t task, const std::vector<std::string>& names) const {
    std::vector<std::size_t> others = counts_;
    others[task] = 0;
    const auto found = std::max_element(others.begin(), others.end());
    return *found == 0 ? "" : names[static_cast<std::size_t>(found - others.begin())];
  }

 private:
  const std::vector<Style>& styles_;
  std::vector<std::size_t> counts_;
  std::size_t texts_ = 0;
};

std::vector<Style> styles_of(const CaseSet& set, const TrainingView& training) {
  std::vector<Style> styles(set.tasks.size());
  for (std::size_t t = 0; t < set.tasks.size(); ++t) {
    const std::vector<TrainingText>& texts = training.by_task.at(set.tasks[t]);
    for (std::size_t i = 0; i < std::min(most, texts.size()); i += 2) styles[t].add(texts[i].answer);
  }
  return styles;
}

}  // namespace

std::vector<command::TaskStyle> task_styles(const MeasuredRow& row, const CaseSet& set, const TrainingView& training) {
  if (set.tasks.size() < 2) return {};
  const std::vector<Style> styles = styles_of(set, training);
  std::vector<command::TaskStyle> out;
  for (std::size_t t = 0; t < set.tasks.size(); ++t) {
    Lookalikes answers(styles), of_training(styles);
    for (std::size_t i = 0; i < row.answers.size(); ++i)
      if (set.cases[i].task_index == t && !row.answers[i].answer.text.empty()) answers.add(row.answers[i].answer.text);
    const std::vector<TrainingText>& texts = training.by_task.at(set.tasks[t]);
    for (std::size_t i = 1; i < std::min(most, texts.size()); i += 2) of_training.add(texts[i].answer);
    out.push_back(
        {set.tasks[t], answers.texts(), answers.share(t), of_training.share(t), answers.most_other_than(t, set.tasks)});
  }
  return out;
}

}  // namespace udrl::eval

// Looking words up, and what stands near them.
#include "udrl/student/ideas.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "udrl/data/text.hpp"

namespace udrl::student {
namespace {

// A word's score is nearness × its cosine with the request + commonness × the logarithm of its share of the task's
// answers; docs/log.md says how they were chosen.
constexpr double nearness_weight = 8, commonness_weight = 0.15;
constexpr std::size_t shortlist = 10;
// Letters: "photographer" says nothing new of "photography", nor "boatload" of "boat".
constexpr std::size_t shared_beginning = 5, whole_beginning = 4;
constexpr double never = -std::numeric_limits<double>::infinity();

bool begin_alike(std::string_view a, std::string_view b) {
  const auto shared = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const bool one_is_whole = shared == std::min(a.size(), b.size());
  return shared >= shared_beginning || (one_is_whole && shared >= whole_beginning);
}

/// Stems that a new word must not share.
class Known {
 public:
  explicit Known(std::string_view text) : stems_(data::content_stems(text)) {}
  bool holds(const std::string& stem) const {
    return std::any_of(stems_.begin(), stems_.end(),
                       [&](const std::string& one) { return one == stem || begin_alike(one, stem); });
  }
  void add(const std::string& stem) { stems_.push_back(stem); }

 private:
  std::vector<std::string> stems_;
};

struct Scored {
  double score = 0;
  std::size_t row = 0;
};

bool is_better(const Scored& a, const Scored& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;  // NaN cannot be: all are finite
}

std::size_t drawn(std::span<const Scored> best, double temperature, RandomStream& random) {
  if (temperature <= 0) return 0;
  std::vector<double> weights;
  for (const Scored& one : best) weights.push_back(std::exp((one.score - best.front().score) / temperature));
  return random.weighted(weights);
}

}  // namespace

Ideas::Row Ideas::row_of(std::string_view folded) const {
  const auto at = std::lower_bound(words_.begin(), words_.end(), folded);
  return at != words_.end() && *at == folded ? static_cast<Row>(at - words_.begin()) : none;
}

/// Where the intent's words point, L2-normalised; empty where none is known.
std::vector<float> Ideas::direction_of(std::string_view intent) const {
  std::vector<float> sum(static_cast<std::size_t>(dimensions_), 0.0F);
  for (const std::string& word : data::word_tokens(intent)) {
    if (data::is_stop_word(word)) continue;
    const Row row = row_of(word);
    if (row == none) continue;
    const float weight = rarity_[row] * scales_[row];
    const std::int8_t* vector = &vectors_[row * sum.size()];
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * static_cast<float>(vector[i]);
  }
  const float length = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0F));
  if (length <= 0) return {};
  for (float& value : sum) value /= length;
  return sum;
}

double Ideas::nearness(Row row, std::span<const float> direction) const {
  const std::int8_t* vector = &vectors_[row * direction.size()];
  float dot = 0;
  for (std::size_t i = 0; i < direction.size(); ++i) dot += direction[i] * static_cast<float>(vector[i]);
  return dot * scales_[row];
}

bool Ideas::is_sayable(Row row) const {
  return std::any_of(log_shares_.begin(), log_shares_.end(), [&](const auto& shares) { return shares[row] > never; });
}

std::vector<std::string> Ideas::propose(const IdeasWanted& wanted, RandomStream& random) const {
  const auto task = std::find(tasks_.begin(), tasks_.end(), wanted.task);
  const std::vector<float> direction = direction_of(wanted.intent);
  if (task == tasks_.end() || direction.empty() || wanted.count <= 0) return {};
  const std::vector<float>& shares = log_shares_[static_cast<std::size_t>(task - tasks_.begin())];
  Known known(wanted.intent);
  std::vector<Scored> best;
  for (Row row = 0; row < words_.size(); ++row)
    if (shares[row] > never)
      best.push_back({nearness_weight * nearness(row, direction) + commonness_weight * shares[row], row});
  // The candidates, and room for those that are the intent's own.
  const std::size_t looked_at = std::min(best.size(), 4 * shortlist);
  std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(looked_at), best.end(), is_better);
  best.resize(looked_at);
  std::erase_if(best, [&](const Scored& one) { return known.holds(data::stem(words_[one.row])); });
  best.resize(std::min(best.size(), shortlist));
  std::vector<std::string> words;
  while (!best.empty() && words.size() < static_cast<std::size_t>(wanted.count)) {
    const auto chosen = best.begin() + static_cast<std::ptrdiff_t>(drawn(best, wanted.temperature, random));
    const Row row = chosen->row;
    best.erase(chosen);
    const std::string stem = data::stem(words_[row]);
    if (known.holds(stem)) continue;
    known.add(stem);
    words.push_back(words_[row]);
  }
  return words;
}

std::vector<double> Ideas::readiness(std::string_view intent, std::span<const std::string> words) const {
  const std::vector<float> direction = direction_of(intent);
  std::vector<double> out(words.size(), 0.0);
  if (direction.empty()) return out;
  double total = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Row row = row_of(words[i]);
    if (row == none || !is_sayable(row)) continue;
    total += out[i] = std::exp(nearness_weight * nearness(row, direction));
  }
  for (double& one : out) one = total > 0 ? one / total : 0;
  return out;
}

int words_to_mention(int answer_words) { return std::clamp(answer_words / 4, 1, 5); }

}  // namespace udrl::student

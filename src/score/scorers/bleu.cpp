// Self-BLEU in linear time: of each n-gram only the two largest counts matter, for a text's references are all others.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "grams.hpp"
#include "udrl/score/diversity.hpp"

namespace udrl::score {
namespace {

constexpr std::size_t longest = 4;  // n of the n-grams
constexpr double smoothing = 0.1;   // matches where there are none

using Counts = std::unordered_map<std::string, int>;

Counts counts_of(const std::vector<std::string>& words, std::size_t n) {
  Counts counts;
  for (std::size_t i = 0; i + n <= words.size(); ++i) ++counts[gram(words, i, n)];
  return counts;
}

/// How often an n-gram occurs in the text that has most of it, and in the next.
struct Largest {
  int first = 0, second = 0;
  std::size_t text = 0;  ///< of `first`

  void add(int count, std::size_t from) {
    if (count > first) {
      second = first;
      first = count;
      text = from;
    } else {
      second = std::max(second, count);
    }
  }
  int without(std::size_t one) const { return one == text ? second : first; }
};

class SelfBleu {
 public:
  explicit SelfBleu(const std::vector<std::vector<std::string>>& texts) : texts_(texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      ++lengths_[texts[i].size()];
      for (std::size_t n = 1; n <= longest; ++n)
        for (const auto& [gram, count] : counts_of(texts[i], n)) largest_[n - 1][gram].add(count, i);
    }
  }

  double of(std::size_t i) const {
    if (matches(i, 1) == 0) return 0;
    double log_sum = 0;
    for (std::size_t n = 1; n <= longest; ++n) {
      const std::size_t size = texts_[i].size();
      const double all = size >= n ? static_cast<double>(size - n + 1) : 1.0;
      const int found = matches(i, n);
      log_sum += std::log((found > 0 ? found : smoothing) / all);
    }
    return brevity_penalty(texts_[i].size()) * std::exp(log_sum / longest);
  }

 private:
  int matches(std::size_t i, std::size_t n) const {
    int sum = 0;
    for (const auto& [gram, count] : counts_of(texts_[i], n))
      sum += std::min(count, largest_[n - 1].at(gram).without(i));
    return sum;
  }

  /// By the nearest length among the others, of two equally near ones the shorter.
  double brevity_penalty(std::size_t own) const {
    const auto length = static_cast<double>(own);
    double nearest = -1;
    for (const auto& [other, texts] : lengths_) {
      if (other == own && texts == 1) continue;
      const auto candidate = static_cast<double>(other);
      if (nearest < 0 || std::abs(candidate - length) < std::abs(nearest - length)) nearest = candidate;
    }
    return length > nearest ? 1.0 : std::exp(1 - nearest / length);
  }

  const std::vector<std::vector<std::string>>& texts_;
  std::map<std::size_t, int> lengths_;  ///< how many texts are so long
  std::unordered_map<std::string, Largest> largest_[longest];
};

}  // namespace

double self_bleu(std::span<const std::string> texts, int at_most_words) {
  std::vector<std::vector<std::string>> words;
  for (const std::string& text : texts) {
    words.push_back(first_words(text, at_most_words));
    if (words.back().empty()) words.pop_back();
  }
  if (words.size() < 2) return 0;
  const SelfBleu bleu(words);
  double sum = 0;
  for (std::size_t i = 0; i < words.size(); ++i) sum += bleu.of(i);
  return sum / static_cast<double>(words.size());
}

}  // namespace udrl::score

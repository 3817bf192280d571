// How varied a set of texts is.
#include "udrl/score/diversity.hpp"

#include <string_view>
#include <unordered_set>

#include "udrl/data/text.hpp"

namespace udrl::score {
namespace {

/// The n words that start at `first`, as one string: words hold no white space.
std::string gram(const std::vector<std::string>& words, std::size_t first, std::size_t n) {
  std::string text;
  for (std::size_t i = first; i < first + n; ++i) text += words[i] + ' ';
  return text;
}

}  // namespace

double distinct_n(std::span<const std::string> texts, int n, int at_most_words) {
  const auto size = static_cast<std::size_t>(n);
  std::unordered_set<std::string> distinct;
  std::size_t all = 0;
  for (const std::string& text : texts) {
    std::vector<std::string> words = data::word_tokens(text);
    if (at_most_words > 0 && words.size() > static_cast<std::size_t>(at_most_words)) {
      words.resize(static_cast<std::size_t>(at_most_words));
    }
    for (std::size_t i = 0; i + size <= words.size(); ++i, ++all) distinct.insert(gram(words, i, size));
  }
  return all == 0 ? 0.0 : static_cast<double>(distinct.size()) / static_cast<double>(all);
}

double embedding_spread(std::span<const Vector> vectors) {
  if (vectors.size() < 2) return 0;
  // The mean over pairs from the sum vector: |Σv|² = n + 2·Σ cosines, in linear time.
  std::vector<double> sum(vectors.front().size(), 0.0);
  double squares = 0;
  for (const Vector& v : vectors) {
    for (std::size_t i = 0; i < v.size(); ++i) sum[i] += static_cast<double>(v[i]);
    squares += cosine(v, v);
  }
  double norm = 0;
  for (double s : sum) norm += s * s;
  const auto n = static_cast<double>(vectors.size());
  return 1.0 - (norm - squares) / (n * (n - 1));
}

}  // namespace udrl::score

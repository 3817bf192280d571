// How varied a set of texts is.
#include "udrl/score/diversity.hpp"

#include <zlib.h>

#include <unordered_set>

#include "grams.hpp"
#include "udrl/base/error.hpp"

namespace udrl::score {

double distinct_n(std::span<const std::string> texts, int n, int at_most_words) {
  const auto size = static_cast<std::size_t>(n);
  std::unordered_set<std::string> distinct;
  std::size_t all = 0;
  for (const std::string& text : texts) {
    const std::vector<std::string> words = first_words(text, at_most_words);
    for (std::size_t i = 0; i + size <= words.size(); ++i, ++all) distinct.insert(gram(words, i, size));
  }
  return all == 0 ? 0.0 : static_cast<double>(distinct.size()) / static_cast<double>(all);
}

double compression_ratio(std::span<const std::string> texts, int at_most_words) {
  std::string all;
  for (const std::string& text : texts) {
    for (const std::string& word : first_words(text, at_most_words)) all += word + ' ';
    if (!all.empty()) all.back() = '\n';
  }
  if (all.empty()) return 0;
  auto size = compressBound(all.size());
  std::string packed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(all.data()), all.size(),
                Z_BEST_COMPRESSION) != Z_OK)
    throw failure("the texts cannot be compressed");
  return static_cast<double>(all.size()) / static_cast<double>(size);
}

std::string cut_to_words(const std::string& text, int at_most_words) {
  std::string out;
  for (const std::string& word : first_words(text, at_most_words)) out.append(out.empty() ? "" : " ").append(word);
  return out;
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

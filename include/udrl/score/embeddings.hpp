// Sentence embeddings of many texts, each distinct one computed once. Not for: which texts, or the model (lm).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "udrl/lm/language_model.hpp"

namespace udrl::score {

using Vector = std::vector<float>;

/// Texts of a batch are embedded together, and forgotten with it. Texts that many batches share (sibling intents) are
/// kept and embedded one by one, so that a vector never depends on what was embedded beside it in an earlier batch.
class Embeddings {
 public:
  explicit Embeddings(lm::LanguageModel& model) : model_(model) {}

  /// One row a text, L2-normalised; a text that was asked for before in the batch is not computed again.
  std::vector<Vector> of_batch(std::span<const std::string> texts);
  /// Forgets the texts of the batch before.
  void begin_batch() { batch_.clear(); }
  /// Of a text that will be asked for again; at most `kept_at_most` are remembered.
  const Vector& of_shared(std::string_view text);

  static constexpr std::size_t kept_at_most = 50'000;

 private:
  lm::LanguageModel& model_;
  std::unordered_map<std::string, Vector> kept_;
  std::unordered_map<std::string, Vector> batch_;
};

/// Cosine of two L2-normalised vectors of the same size.
double cosine(const Vector& a, const Vector& b);

}  // namespace udrl::score

// Sentence embeddings of many texts, each distinct one computed once.
#include "udrl/score/embeddings.hpp"

#include <numeric>

#include "udrl/base/error.hpp"

namespace udrl::score {
namespace {

std::vector<Vector> embed(lm::LanguageModel& model, std::span<const std::string> texts) {
  std::vector<Vector> rows = model.embed(texts);
  if (rows.size() == texts.size()) return rows;
  throw failure("the embedding model answered with another number of vectors than texts")
      .at(model.info().name)
      .expected(std::to_string(texts.size()))
      .got(std::to_string(rows.size()));
}

}  // namespace

std::vector<Vector> Embeddings::of_batch(std::span<const std::string> texts) {
  std::vector<std::string> fresh;
  for (const std::string& text : texts) {
    if (batch_.emplace(text, Vector{}).second) fresh.push_back(text);
  }
  if (!fresh.empty()) {
    std::vector<Vector> rows = embed(model_, fresh);
    for (std::size_t i = 0; i < fresh.size(); ++i) batch_[fresh[i]] = std::move(rows[i]);
  }
  std::vector<Vector> out;
  out.reserve(texts.size());
  for (const std::string& text : texts) out.push_back(batch_.at(text));
  return out;
}

const Vector& Embeddings::of_shared(std::string_view text) {
  const auto found = kept_.find(std::string(text));
  if (found != kept_.end()) return found->second;
  if (kept_.size() >= kept_at_most) kept_.clear();
  const std::string owned(text);
  Vector row = std::move(embed(model_, {&owned, 1}).front());
  return kept_.emplace(owned, std::move(row)).first->second;
}

double cosine(const Vector& a, const Vector& b) {
  if (a.size() != b.size())
    throw failure("two embeddings of one model have different widths")
        .expected(std::to_string(a.size()))
        .got(std::to_string(b.size()));
  return std::inner_product(
      a.begin(), a.end(), b.begin(), 0.0, [](double sum, double product) { return sum + product; },
      [](float x, float y) { return static_cast<double>(x) * static_cast<double>(y); });
}

}  // namespace udrl::score

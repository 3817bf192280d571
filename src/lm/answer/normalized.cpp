// Normalisation of embeddings. Not for: anything larger.
#include "normalized.hpp"

#include <cmath>

#include "udrl/base/error.hpp"

namespace udrl::lm {

std::vector<float> normalized(std::span<const float> row) {
  double squares = 0;
  for (const float x : row) squares += static_cast<double>(x) * x;
  if (!std::isfinite(squares)) throw failure("the model computed an embedding that is not finite");
  const double scale = squares > 0 ? 1.0 / std::sqrt(squares) : 0.0;
  std::vector<float> out;
  out.reserve(row.size());
  for (const float x : row) out.push_back(static_cast<float>(x * scale));
  return out;
}

}  // namespace udrl::lm

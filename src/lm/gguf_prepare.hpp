// A request as tokens, checked against what the model can take. Not for: computing it.
#pragma once

#include "gguf_engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

struct Prepared {
  Request request;
  Tokens tokens;           ///< the whole prompt
  std::size_t common = 0;  ///< leading tokens that other requests begin with too (Request::shared_segments); 0: none
  std::size_t shared =
      0;           ///< leading tokens that are computed once for several requests: `common`, or all but the last
  int budget = 0;  ///< tokens to generate at most: max_tokens, fewer near the end of the trained positions

  /// Cells of the cache that the answer needs for itself.
  int own_cells() const { return static_cast<int>(tokens.size() - shared) + budget; }
};

/// Throws `Error` (user): an empty prompt, one longer than the model's positions (which would end the process inside
/// ggml), sampling out of range.
Prepared prepare(const Engine& engine, Request request);

}  // namespace udrl::lm

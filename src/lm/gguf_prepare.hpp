// What a slot reads, as tokens, checked against what the model can take. Not for: computing it.
#pragma once

#include <string>

#include "gguf_engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

struct Prepared {
  std::string id;            ///< for messages
  Tokens tokens;             ///< all that is read
  std::size_t common = 0;    ///< leading tokens that many begin with (shared_segments); 0: none
  std::size_t question = 0;  ///< leading tokens that its neighbour may ask too; at least `common`
  std::size_t shared = 0;    ///< leading tokens that are computed once for several: `common`, or `question`
  int budget = 0;            ///< tokens to generate at most: max_tokens, fewer near the end of the trained positions

  /// Cells of the cache that it needs for itself.
  int own_cells() const { return static_cast<int>(tokens.size() - shared) + budget; }
};

/// Throws `Error` (user): an empty prompt, one longer than the model's positions (which would end the process inside
/// ggml), sampling out of range.
Prepared prepare(const Engine& engine, const Request& request);
/// The same for a question whose next token is wanted.
Prepared prepare(const Engine& engine, const Question& question);
/// A question and its continuation, without the last token, which nothing follows. `whole` gets all tokens, and `first`
/// the place of the continuation's first. Throws `Error` (user) also where there is nothing before it.
Prepared prepare(const Engine& engine, const Continuation& continuation, Tokens& whole, std::size_t& first);

}  // namespace udrl::lm

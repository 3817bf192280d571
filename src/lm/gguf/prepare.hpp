// What a slot reads, as tokens, checked against what the model can take. Not for: computing it.
#pragma once

#include <string>

#include "engine.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

struct PreparedPrompt {
  std::string id;            ///< for messages
  Tokens tokens;             ///< all that is read
  std::size_t common = 0;    ///< leading tokens that many begin with (shared_segments); 0: none
  std::size_t question = 0;  ///< leading tokens that its neighbour may ask too; at least `common`
  std::size_t shared = 0;    ///< leading tokens that are computed once for several: `common`, or `question`
  int budget = 0;            ///< tokens to generate at most: max_tokens, fewer near the end of the context

  /// Cells of the cache that it needs for itself.
  int own_cells() const { return static_cast<int>(tokens.size() - shared) + budget; }
};

/// Throws `Error` (user): an empty prompt, one longer than the model's context length (which would end the process
/// inside ggml), sampling out of range.
PreparedPrompt prepare(const Engine& engine, const Request& request);
/// Throws `Error` (user) for one that a cache of so many cells cannot hold.
void check_fits(const PreparedPrompt& prepared, int cells);
/// The same for a question whose next token is wanted.
PreparedPrompt prepare(const Engine& engine, const Question& question);
/// A text behind a prompt, as tokens.
struct Joined {
  Tokens whole;
  std::size_t first = 0;  ///< place of the text's first token
};
/// The text may grow together with the prompt's end into other tokens: those count as the text's. Throws `Error` (user)
/// where nothing comes before it, or both together are longer than the model's context length.
Joined join(const Engine& engine, const Prompt& prompt, const std::string& text);
/// A question and its continuation, without the last token, which nothing follows.
PreparedPrompt prepare(const Engine& engine, const Continuation& continuation, const Joined& joined);

}  // namespace udrl::lm

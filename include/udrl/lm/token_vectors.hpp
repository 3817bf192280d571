// A rough view of a sentence embedder that costs next to nothing: sums of its input vectors. For: leaving out most of
// many candidates before the embedder reads the rest (inference/ranker.hpp). Not for: scores.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "udrl/lm/options.hpp"

namespace udrl::lm {

/// Not to be used from two threads at once.
class TokenVectors {
 public:
  /// Of a GGUF file. Throws `Error` (user) where it is none, or holds no input vectors.
  explicit TokenVectors(const std::filesystem::path& gguf);
  ~TokenVectors();
  TokenVectors(const TokenVectors&) = delete;
  TokenVectors& operator=(const TokenVectors&) = delete;

  /// The sum of the input vectors of the text's tokens, as wide as the model, L2-normalised. Tokens that come late in
  /// the vocabulary, which are rare, weigh more; the first 400, special ones among them, nothing. Zeros for a text of
  /// those alone.
  std::vector<float> of(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Null for an endpoint, which does not show its vectors.
std::unique_ptr<TokenVectors> open_token_vectors(const ModelOptions& options);

}  // namespace udrl::lm

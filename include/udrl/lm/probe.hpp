// A GGUF file as llama.cpp reads it: the ids of a text, the logits of a sequence. For: proving that a file is what it
// was made from. Not for: asking a model (language_model.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace udrl::lm {

/// Not thread-safe.
class Probe {
 public:
  /// Throws `Error` where llama.cpp cannot open the file.
  explicit Probe(const std::filesystem::path& gguf);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// Whether spellings of control tokens become those tokens, and the begin token comes first: what a server does with
  /// the text that a chat template made.
  enum class Reading { as_text, as_template };
  std::vector<int> ids(std::string_view text, Reading how) const;
  /// After each id, of all tokens of the vocabulary: [ids.size()][vocabulary], in float32 but for the weights.
  std::vector<std::vector<float>> logits(std::span<const int> ids) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::lm

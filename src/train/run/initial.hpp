// What a run with `init` starts from: a student's own folder is taken over whole, any other GPT-2 gives its blocks, and
// its embedding to our pieces. Internal; no torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "udrl/student/tokenizer.hpp"
#include "udrl/student/transformers_folder.hpp"
#include "udrl/student/vocabulary_transfer.hpp"
#include "udrl/train/options.hpp"

namespace udrl::train {

class InitialModel {
 public:
  /// Throws `Error` (user) where the folder is of no use.
  explicit InitialModel(const std::filesystem::path& folder);

  /// The folder's own name, for people.
  std::string name() const { return folder_.name(); }
  /// A student's tokenizer, which the run goes on with; null where the run makes its own.
  const student::Tokenizer* tokenizer() const { return tokenizer_ ? &*tokenizer_ : nullptr; }
  /// What a student had learned, by its own manifest: "steps", "tokens" and more. Empty where nothing says so.
  const std::map<std::string, std::uint64_t>& learned() const { return learned_; }
  /// The folder's shape with the run's vocabulary, dropout and, where they are fewer, positions. Throws `Error` (user)
  /// where an option of [model] is neither its default nor the folder's.
  student::StudentConfig shape(const ModelOptions& asked, const student::Tokenizer& tokenizer) const;

  struct Target {
    const std::filesystem::path& folder;
    const student::StudentConfig& config;  ///< of shape()
    const student::Tokenizer& tokenizer;
    std::uint64_t seed;  ///< of the pieces that nothing is known of
  };
  /// Writes the model.safetensors that the run starts with; returns a line that says what is in it.
  std::string write_weights(const Target& target) const;

 private:
  /// The rows of the run's pieces, and what is to be said of the start.
  std::pair<std::vector<float>, std::string> embedding(const Target& target) const;

  student::TransformersFolder folder_;
  std::optional<student::Tokenizer> tokenizer_;
  std::map<std::string, std::uint64_t> learned_;
  std::optional<student::ByteLevelVocabulary> vocabulary_;  ///< where the tokenizer is not a student's
};

}  // namespace udrl::train

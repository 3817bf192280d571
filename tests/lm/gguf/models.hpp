// Models for the tests of this room: the real ones where they were fetched, tiny random ones that are written on the
// spot. Not for: the library.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "udrl/lm/language_model.hpp"

/// The model of that name under models/, or nullptr, with a note, where it was not fetched.
std::unique_ptr<udrl::lm::LanguageModel> real_model(const std::string& file, int slots = 8);

/// What a tiny model is: 2 layers of width 64 with random weights, and a byte-level vocabulary: 256 bytes, a few
/// merges,
/// `<|im_start|>`, `<|im_end|>` (which ends an answer), `<|other|>` (a control token that must never be drawn).
struct TinyModel {
  std::string architecture = "llama";  ///< llama, qwen2 or gpt2
  int positions = 256;
  std::uint64_t seed = 1;
  bool chat_template = true;
  /// A sentencepiece vocabulary instead, which puts a space before texts and asks for a begin token: <unk> <s> </s>,
  /// 256 bytes, "▁", the letters a to e and "▁a".
  bool sentencepiece = false;
};

/// A folder of its own for a test, removed at its end.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Writes the model to `file` through gguf.h.
void write_tiny_model(const std::filesystem::path& file, const TinyModel& model = {});

/// Opens a tiny model that lives in `folder`.
std::unique_ptr<udrl::lm::LanguageModel> tiny_model(const TestFolder& folder, const TinyModel& model = {},
                                                    udrl::lm::ModelOptions options = {});

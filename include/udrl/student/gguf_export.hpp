// A checkpoint folder → student.gguf for llama.cpp: weights, tokenizer, chat template, commands. Not for: running it
// (lm).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "udrl/student/checkpoint.hpp"

namespace udrl::student {

/// How matrices are stored. Norms, biases and positions are always float32.
enum class GgufType { f32, f16, q8_0 };
std::string to_string(GgufType type);                     ///< "f32", "f16", "q8_0"
GgufType gguf_type_from_string(const std::string& text);  ///< throws `Error` (user)

struct GgufOptions {
  GgufType type = GgufType::f16;
  std::filesystem::path file = {};  ///< where it goes; empty: student.gguf in the folder
  std::string name = "udrl-student";
  std::string licence = "apache-2.0";
};

/// Rows of the table of positions in the file, for a student that was trained with so many: llama.cpp rounds a context
/// up to a multiple of 256, llama_cpp.server asks for 2,048, and a position beyond the table ends their process. Rows
/// beyond those that were trained repeat the last one.
int gguf_positions(int trained);

struct GgufExport {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// Architecture gpt2, tokenizer model "llama" (sentencepiece BPE), tied output, tensors transposed as llama.cpp wants
/// them. The whole commands.json goes along under the key "udrl.commands", the positions that were trained under
/// "udrl.context_length". Weights are streamed, one tensor in memory at a time. The same folder and options give the
/// same bytes. Throws `Error` (user): a damaged folder, a weight that is not finite.
GgufExport export_gguf(const std::filesystem::path& folder, const GgufOptions& options = {});
GgufExport export_gguf(const Checkpoint& checkpoint, const GgufOptions& options = {});

}  // namespace udrl::student

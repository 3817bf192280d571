// A checkpoint folder → student.gguf for llama.cpp: weights, tokenizer, chat template, commands. Not for: running it
// (lm).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "udrl/base/enum_names.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::student {

/// How matrices are stored. Norms and biases are always float32, positions float16 but with f32; with q4_0 the
/// embedding, which is the head too, is q8_0.
enum class GgufType { f32, f16, q8_0, q4_0 };
constexpr auto names_of(GgufType) { return enum_names("f32", "f16", "q8_0", "q4_0"); }

struct GgufOptions {
  GgufType type = GgufType::f16;
  std::filesystem::path file = {};  ///< where it goes; empty: student.gguf in the folder
  std::string name = "udrl-student";
  std::string licence = "apache-2.0";  ///< an SPDX id in lower case
  std::string author = {};             ///< "": not said
  std::string started_from = {};       ///< the model whose weights training began with; "": none
  bool prove = true;                   ///< false where a file is for a moment, or a run waits for it
};

/// Rows of the table of positions in the file, for a student that was trained with so many: llama.cpp rounds a context
/// up to a multiple of 256, llama_cpp.server asks for 2,048, and a position beyond the table ends their process. Rows
/// beyond those that were trained repeat the last one.
int gguf_positions(int trained);

/// What was proved of a file before it got its name.
struct ExportProof {
  std::size_t texts = 0;      ///< odd texts that llama.cpp cuts into the ids of the checkpoint's tokenizer
  std::size_t positions = 0;  ///< at which the distributions of the next token were compared
  double divergence = 0;      ///< of llama.cpp's from that of a plain forward pass in double precision, nats, mean
};

struct GgufExport {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::optional<ExportProof> proof = {};
};

/// Architecture gpt2, tokenizer model "llama" (sentencepiece BPE), tied output, tensors transposed as llama.cpp wants
/// them. The whole commands.json goes along under the key "udrl.commands", the positions that were trained under
/// "udrl.context_length". Weights are streamed, one tensor in memory at a time. The same folder and options give the
/// same bytes. Throws `Error`: a damaged folder, a weight that is not finite (user), a file that does not pass its
/// proof (failure), which is then not written.
GgufExport export_gguf(const std::filesystem::path& folder, const GgufOptions& options = {});
GgufExport export_gguf(const Checkpoint& checkpoint, const GgufOptions& options = {});

}  // namespace udrl::student

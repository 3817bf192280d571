// The shape of a student: the fields of a GPT-2, how they stand in config.json, and the tensors they imply.
// Not for: how it is trained (train), or what it is asked (command). No torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace udrl::student {

/// A GPT-2 with tied input and output embeddings, pre-norm blocks, learned positions and gelu_new. The defaults have
/// 5.8M parameters.
struct StudentConfig {
  int vocab_size = 4096;  ///< rows of the embedding: exactly the pieces of the tokenizer, never padded
  int n_positions = 256;  ///< the longest sequence in tokens, <s> and </s> included
  int n_embd = 256;       ///< width, a multiple of n_head
  int n_layer = 6;        ///< blocks
  int n_head = 4;         ///< attention heads
  int n_inner = 0;        ///< width of the feed-forward layer; 0: 4 × n_embd
  double dropout = 0.0;   ///< [0, 1): embeddings, attention and residuals alike; used in training only
  double layer_norm_epsilon = 1e-5;
  double initializer_range = 0.02;  ///< standard deviation of fresh weights
  int bos_id = 1;                   ///< <s>
  int eos_id = 2;                   ///< </s>

  int inner() const { return n_inner > 0 ? n_inner : 4 * n_embd; }
  int head_size() const { return n_embd / n_head; }
  /// Everything that is learned, embeddings included, tied weights once.
  std::uint64_t parameter_count() const;
  /// Throws `Error` (user) that names the field that is out of range.
  void check() const;
  bool operator==(const StudentConfig&) const = default;
};

/// A tensor of the checkpoint: its name in `transformers`' GPT2LMHeadModel and its shape. Matrices of attn.c_attn,
/// attn.c_proj, mlp.c_fc and mlp.c_proj are Conv1D: [in, out].
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// All tensors, in the order of the forward pass: transformer.wte.weight [vocab, embd], transformer.wpe.weight
/// [positions, embd], transformer.h.N.{ln_1, attn.c_attn, attn.c_proj, ln_2, mlp.c_fc, mlp.c_proj}.{weight, bias},
/// transformer.ln_f.{weight, bias}. No lm_head: it is tied to wte.
std::vector<TensorSpec> tensor_specs(const StudentConfig& config);

/// config.json as `transformers` expects it (model_type gpt2, architectures GPT2LMHeadModel, torch_dtype float32 …).
nlohmann::ordered_json to_json(const StudentConfig& config);
/// Reads config.json, ours or one that `transformers` wrote; unknown fields are ignored, absent ones keep GPT-2's
/// meaning. Throws `Error` (user) for another architecture, an untied head, or a field out of range. `where` names the
/// file.
StudentConfig config_from_json(std::string_view json, const std::string& where);
StudentConfig read_config(const std::filesystem::path& file);

}  // namespace udrl::student

// Writing student.gguf: metadata through ggml-base's own writer, tensors streamed behind it. Not for: reading GGUF
// (lm).
#include "udrl/student/gguf_export.hpp"

#include <ggml.h>
#include <gguf.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <ostream>

#include "checkpoint/chat_template.hpp"
#include "proof.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/lm/gguf_keys.hpp"

namespace udrl::student {
namespace {

struct FreeGguf {
  void operator()(gguf_context* context) const { gguf_free(context); }
};
struct FreeGgml {
  void operator()(ggml_context* context) const { ggml_free(context); }
};
using Gguf = std::unique_ptr<gguf_context, FreeGguf>;
using Ggml = std::unique_ptr<ggml_context, FreeGgml>;

constexpr double largest_half = 65504;
constexpr const char* positions = "position_embd.weight";
constexpr const char* embedding = "token_embd.weight";

ggml_type storage(GgufType type) {
  switch (type) {
    case GgufType::f32: return GGML_TYPE_F32;
    case GgufType::f16: return GGML_TYPE_F16;
    case GgufType::q8_0: return GGML_TYPE_Q8_0;
    case GgufType::q4_0: return GGML_TYPE_Q4_0;
  }
  return GGML_TYPE_F32;
}

// The numbers of llama.h's enum llama_ftype.
std::uint32_t file_type(GgufType type) {
  switch (type) {
    case GgufType::f32: return 0;
    case GgufType::f16: return 1;
    case GgufType::q8_0: return 7;
    case GgufType::q4_0: return 2;
  }
  return 0;
}

// One tensor on its way from the checkpoint into the file. `rows` × `columns` as ggml stores it: columns are
// contiguous.
struct Job {
  TensorSpec source;
  std::string name;
  bool transposed = false;
  std::int64_t rows = 1, columns = 1;
  ggml_type type = GGML_TYPE_F32;
  std::size_t bytes() const { return static_cast<std::size_t>(rows) * ggml_row_size(type, columns); }
};

std::string renamed(const std::string& name) {
  static const std::vector<std::pair<std::string, std::string>> parts{
      {"ln_1", "attn_norm"}, {"attn.c_attn", "attn_qkv"}, {"attn.c_proj", "attn_output"},
      {"ln_2", "ffn_norm"},  {"mlp.c_fc", "ffn_up"},      {"mlp.c_proj", "ffn_down"}};
  const std::string stem = name.substr(std::strlen("transformer."));
  if (stem == "wte.weight") return embedding;
  if (stem == "wpe.weight") return positions;
  if (stem.starts_with("ln_f.")) return "output_norm." + stem.substr(5);
  const std::size_t dot = stem.find('.', 2);  // "h.11.attn.c_attn.weight"
  const std::string block = "blk." + stem.substr(2, dot - 2) + ".";
  const std::string rest = stem.substr(dot + 1);
  for (const auto& [from, to] : parts)
    if (rest.starts_with(from + ".")) return block + to + rest.substr(from.size());
  throw failure("a tensor has no name in GGUF: " + name);
}

// Quantised rows come in blocks of 32 values; a matrix whose rows do not divide is stored in half precision.
ggml_type type_of_matrix(const Job& job, GgufType wanted) {
  if (job.name == positions) return wanted == GgufType::f32 ? GGML_TYPE_F32 : GGML_TYPE_F16;
  const bool is_head = job.name == embedding;  // tied, and read whole for every token
  const ggml_type type = storage(wanted == GgufType::q4_0 && is_head ? GgufType::q8_0 : wanted);
  return job.columns % ggml_blck_size(type) == 0 ? type : GGML_TYPE_F16;
}

Job job_of(const TensorSpec& spec, GgufType wanted) {
  Job job{.source = spec, .name = renamed(spec.name)};
  job.columns = spec.shape.back();
  if (spec.shape.size() == 1) return job;
  job.rows = spec.shape.front();
  job.transposed = spec.name.find(".h.") != std::string::npos;  // Conv1D: [in, out]
  if (job.transposed) std::swap(job.rows, job.columns);
  if (job.name == positions) job.rows = gguf_positions(static_cast<int>(job.rows));
  job.type = type_of_matrix(job, wanted);
  return job;
}

std::vector<Job> jobs_of(const StudentConfig& config, GgufType wanted) {
  std::vector<Job> jobs;
  for (const TensorSpec& spec : tensor_specs(config)) jobs.push_back(job_of(spec, wanted));
  return jobs;
}

void check_values(std::span<const float> values, const Job& job) {
  const double limit = job.type == GGML_TYPE_F32 ? std::numeric_limits<float>::max() : largest_half;
  for (const float value : values) {
    if (std::isfinite(value) && std::abs(static_cast<double>(value)) <= limit) continue;
    throw user_error("a weight cannot be stored as " + std::string(ggml_type_name(job.type)) + ": " + job.source.name)
        .got(std::to_string(value))
        .hint(std::isfinite(value) ? "export as f32"
                                   : "the training diverged: lower the learning rate and train again");
  }
}

std::vector<float> transposed(std::span<const float> values, std::int64_t rows, std::int64_t columns) {
  std::vector<float> out(values.size());
  const auto r = static_cast<std::size_t>(rows), c = static_cast<std::size_t>(columns);
  for (std::size_t i = 0; i < r; ++i)
    for (std::size_t j = 0; j < c; ++j) out[i * c + j] = values[j * r + i];
  return out;
}

std::vector<float> last_row_repeated(std::span<const float> values, std::int64_t rows, std::int64_t columns) {
  std::vector<float> out(values.begin(), values.end());
  const auto last = values.last(static_cast<std::size_t>(columns));
  while (out.size() < static_cast<std::size_t>(rows * columns)) out.insert(out.end(), last.begin(), last.end());
  return out;
}

std::string encoded(std::span<const float> values, const Job& job) {
  std::string bytes(job.bytes(), '\0');
  if (job.type == GGML_TYPE_F32) std::memcpy(bytes.data(), values.data(), bytes.size());
  else if (job.type == GGML_TYPE_F16)
    ggml_fp32_to_fp16_row(values.data(), reinterpret_cast<ggml_fp16_t*>(bytes.data()), job.rows * job.columns);
  else ggml_quantize_chunk(job.type, values.data(), bytes.data(), 0, job.rows, job.columns, nullptr);
  return bytes;
}

std::string data_of(const Checkpoint& checkpoint, const Job& job) {
  const std::span<const float> values = checkpoint.tensor(job.source).floats();
  check_values(values, job);
  if (job.name == positions) return encoded(last_row_repeated(values, job.rows, job.columns), job);
  return job.transposed ? encoded(transposed(values, job.rows, job.columns), job) : encoded(values, job);
}

std::string size_label(std::uint64_t parameters) {
  const bool millions = parameters >= 1'000'000;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%s", static_cast<double>(parameters) / (millions ? 1e6 : 1e3),
                millions ? "M" : "K");
  return text;
}

void set_general(gguf_context* gguf, const Checkpoint& checkpoint, const GgufOptions& options) {
  gguf_set_val_str(gguf, "general.architecture", "gpt2");
  gguf_set_val_str(gguf, "general.type", "model");
  gguf_set_val_str(gguf, "general.name", options.name.c_str());
  gguf_set_val_str(gguf, "general.license", options.licence.c_str());
  if (!options.author.empty()) gguf_set_val_str(gguf, "general.author", options.author.c_str());
  if (!options.started_from.empty()) {
    gguf_set_val_u32(gguf, "general.base_model.count", 1);
    gguf_set_val_str(gguf, "general.base_model.0.name", options.started_from.c_str());
  }
  gguf_set_val_str(gguf, "general.size_label", size_label(checkpoint.config.parameter_count()).c_str());
  gguf_set_val_u32(gguf, "general.file_type", file_type(options.type));
  gguf_set_val_u32(gguf, "general.quantization_version", GGML_QNT_VERSION);
  gguf_set_val_str(gguf, "udrl.commands", data::json_line(command::to_json(checkpoint.commands)).c_str());
}

void set_shape(gguf_context* gguf, const StudentConfig& config) {
  auto set = [&](const char* key, int value) {
    gguf_set_val_u32(gguf, (std::string("gpt2.") + key).c_str(), static_cast<std::uint32_t>(value));
  };
  set("vocab_size", config.vocab_size);
  set("context_length", gguf_positions(config.n_positions));  // llama.cpp takes no table of another size
  set("embedding_length", config.n_embd);
  set("feed_forward_length", config.inner());
  set("block_count", config.n_layer);
  set("attention.head_count", config.n_head);
  gguf_set_val_u32(gguf, lm::trained_context_key, static_cast<std::uint32_t>(config.n_positions));
  gguf_set_val_f32(gguf, "gpt2.attention.layer_norm_epsilon", static_cast<float>(config.layer_norm_epsilon));
}

// The numbers of llama.h's enum llama_token_type.
std::int32_t token_type(PieceType type) {
  switch (type) {
    case PieceType::normal: return 1;
    case PieceType::unknown: return 2;
    case PieceType::control: return 3;
    case PieceType::user_defined: return 4;
    case PieceType::unused: return 5;
    case PieceType::byte: return 6;
  }
  return 1;
}

void set_pieces(gguf_context* gguf, const Tokenizer& tokenizer) {
  const auto n = static_cast<std::size_t>(tokenizer.vocab_size());
  std::vector<const char*> pieces;
  std::vector<float> scores;
  std::vector<std::int32_t> types;
  for (int id = 0; id < tokenizer.vocab_size(); ++id) {
    pieces.push_back(tokenizer.piece(id).c_str());
    scores.push_back(static_cast<float>(tokenizer.score(id)));
    types.push_back(token_type(tokenizer.type(id)));
  }
  gguf_set_arr_str(gguf, "tokenizer.ggml.tokens", pieces.data(), n);
  gguf_set_arr_data(gguf, "tokenizer.ggml.scores", GGUF_TYPE_FLOAT32, scores.data(), n);
  gguf_set_arr_data(gguf, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, types.data(), n);
}

void set_tokenizer(gguf_context* gguf, const Checkpoint& checkpoint) {
  const Tokenizer& tokenizer = checkpoint.tokenizer;
  gguf_set_val_str(gguf, "tokenizer.ggml.model", "llama");
  gguf_set_val_str(gguf, "tokenizer.ggml.pre", "default");
  set_pieces(gguf, tokenizer);
  gguf_set_val_u32(gguf, "tokenizer.ggml.unknown_token_id", static_cast<std::uint32_t>(tokenizer.unk_id()));
  gguf_set_val_u32(gguf, "tokenizer.ggml.bos_token_id", static_cast<std::uint32_t>(tokenizer.bos_id()));
  gguf_set_val_u32(gguf, "tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(tokenizer.eos_id()));
  gguf_set_val_bool(gguf, "tokenizer.ggml.add_bos_token", true);
  gguf_set_val_bool(gguf, "tokenizer.ggml.add_eos_token", false);
  gguf_set_val_bool(gguf, "tokenizer.ggml.add_space_prefix", false);
  gguf_set_val_bool(gguf, "tokenizer.ggml.remove_extra_whitespaces", false);
  gguf_set_val_str(gguf, "tokenizer.chat_template", chat_template(checkpoint.commands).c_str());
}

void add_tensors(gguf_context* gguf, const std::vector<Job>& jobs) {
  const Ggml shapes(
      ggml_init({.mem_size = (jobs.size() + 1) * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true}));
  for (const Job& job : jobs) {
    ggml_tensor* tensor = job.source.shape.size() == 1
                              ? ggml_new_tensor_1d(shapes.get(), job.type, job.columns)
                              : ggml_new_tensor_2d(shapes.get(), job.type, job.columns, job.rows);
    ggml_set_name(tensor, job.name.c_str());
    gguf_add_tensor(gguf, tensor);
  }
}

std::string header(const Checkpoint& checkpoint, const GgufOptions& options, const std::vector<Job>& jobs) {
  const Gguf gguf(gguf_init_empty());
  set_general(gguf.get(), checkpoint, options);
  set_shape(gguf.get(), checkpoint.config);
  set_tokenizer(gguf.get(), checkpoint);
  add_tensors(gguf.get(), jobs);
  std::string bytes(gguf_get_meta_size(gguf.get()), '\0');
  gguf_get_meta_data(gguf.get(), bytes.data());
  return bytes;
}

void write(std::ostream& out, const Checkpoint& checkpoint, const GgufOptions& options) {
  const std::vector<Job> jobs = jobs_of(checkpoint.config, options.type);
  out << header(checkpoint, options, jobs);
  for (const Job& job : jobs) {
    const std::string data = data_of(checkpoint, job);
    out << data << std::string(GGML_PAD(data.size(), GGUF_DEFAULT_ALIGNMENT) - data.size(), '\0');
  }
}

}  // namespace

int gguf_positions(int trained) {
  constexpr int at_least = 2048, step = 256;
  return std::max(at_least, GGML_PAD(trained, step));
}

GgufExport export_gguf(const std::filesystem::path& folder, const GgufOptions& options) {
  return export_gguf(open_checkpoint(folder), options);
}

GgufExport export_gguf(const Checkpoint& checkpoint, const GgufOptions& options) {
  const std::filesystem::path file = options.file.empty() ? checkpoint.folder / files::gguf : options.file;
  const auto stream = [&](std::ostream& out) { write(out, checkpoint, options); };
  std::optional<ExportProof> proof;
  if (options.prove)
    write_file_atomic(file, stream,
                      [&](const auto& draft) { proof = prove_export(checkpoint, options.type, draft, file); });
  else write_file_atomic(file, stream);
  return {file, std::filesystem::file_size(file), sha256_file(file), proof};
}

}  // namespace udrl::student

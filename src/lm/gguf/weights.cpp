// Converting through llama.cpp's own converter. What the file was made from stands in its metadata.
#include "weights.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <system_error>

#include "file.hpp"
#include "llama/runtime.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/lm/weights.hpp"

namespace udrl::lm {
namespace fs = std::filesystem;
namespace {

constexpr const char* source_key = "udrl.widened_from";
constexpr std::size_t most_buffered_bytes = std::size_t{256} << 20U;  // while converting; llama.cpp's default is 8 GiB

std::uint64_t parameters_in(const gguf_context* gguf, std::int64_t tensor) {
  const ggml_type type = gguf_get_tensor_type(gguf, tensor);
  return gguf_get_tensor_size(gguf, tensor) / ggml_type_size(type) * static_cast<std::uint64_t>(ggml_blck_size(type));
}

/// What the weights are converted to.
struct Target {
  ggml_type type;
  llama_ftype file_type;
};

Target target_of(WeightsKind weights) {
  if (weights == WeightsKind::q8_0) return {GGML_TYPE_Q8_0, LLAMA_FTYPE_MOSTLY_Q8_0};
  return {GGML_TYPE_BF16, LLAMA_FTYPE_MOSTLY_BF16};
}

/// Whether there is nothing to convert. Norms and biases stay f32 in any file, and a table of positions, which is no
/// factor of a product, as it is.
bool is_already(const Target& target, const gguf_context* gguf) {
  std::uint64_t converted = 0, f32 = 0;
  for (std::int64_t i = 0; i < gguf_get_n_tensors(gguf); ++i) {
    const ggml_type type = gguf_get_tensor_type(gguf, i);
    const bool is_positions = std::string_view(gguf_get_tensor_name(gguf, i)) == "position_embd.weight";
    if (type != target.type && type != GGML_TYPE_F32 && !is_positions) return false;
    (type == target.type ? converted : f32) += parameters_in(gguf, i);
  }
  return converted > f32;
}

/// Of the converted file: its header, its bytes a parameter, and a twentieth for what stays f32.
std::uint64_t bytes_needed(const Target& target, const gguf_context* source) {
  std::uint64_t parameters = 0;
  for (std::int64_t i = 0; i < gguf_get_n_tensors(source); ++i) parameters += parameters_in(source, i);
  const auto block = static_cast<std::uint64_t>(ggml_blck_size(target.type));
  return gguf_get_data_offset(source) + parameters * ggml_type_size(target.type) / block + parameters / 10;
}

bool is_whole(const fs::path& file, const gguf_context* header) {
  return header != nullptr && fs::file_size(file) >= least_bytes(header);
}

/// "Q4_K - Medium", or "" where the file does not say.
std::string type_name(const gguf_context* gguf) {
  const std::int64_t key = gguf_find_key(gguf, "general.file_type");
  if (key < 0 || gguf_get_kv_type(gguf, key) != GGUF_TYPE_UINT32) return "";
  const char* name = llama_ftype_name(static_cast<llama_ftype>(gguf_get_val_u32(gguf, key)));
  return name != nullptr ? name : "";
}

/// Beside the converted file: a file that changed since it was made says nothing of it in its own header.
fs::path checksum_file(fs::path converted) { return converted += ".sha256"; }

bool has_its_checksum(const fs::path& converted) {
  const fs::path checksum = checksum_file(converted);
  return fs::exists(checksum) && read_file(checksum) == sha256_file(converted) + "\n";
}

/// The SHA-256 of what the file was made from; "" where there is none, or it is no longer as it was made. Throws where
/// what is there was not made here: it is not ours to replace.
std::string intact_source(const fs::path& file) {
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return "";
  const GgufHandle header = read_header(file);
  const std::int64_t key = header ? gguf_find_key(header.get(), source_key) : -1;
  if (key < 0 || gguf_get_kv_type(header.get(), key) != GGUF_TYPE_STRING) {
    throw user_error("the place of the converted weights is taken by a file that udrl did not make")
        .at(file.string())
        .hint("to use that file, name it as gguf and leave weights = \"file\"; else move it away or remove it");
  }
  return is_whole(file, header.get()) && has_its_checksum(file) ? gguf_get_val_str(header.get(), key) : "";
}

llama_model_kv_override text_entry(const std::string& key, const std::string& value) {
  llama_model_kv_override entry{};
  entry.tag = LLAMA_KV_OVERRIDE_TYPE_STR;
  key.copy(entry.key, sizeof entry.key - 1);
  value.copy(entry.val_str, sizeof entry.val_str - 1);
  return entry;
}

void convert(const fs::path& source, const fs::path& to, const Target& target, const std::string& sha256,
             const std::string& type) {
  const std::array<llama_model_kv_override, 3> entries{
      text_entry(source_key, sha256), text_entry(widened_type_key, type), {}};  // the last one ends them
  llama_model_quantize_params parameters = llama_model_quantize_default_params();
  parameters.ftype = target.file_type;
  parameters.allow_requantize = true;
  parameters.pure = true;
  parameters.nthread = compute_threads();
  parameters.max_buf_size = most_buffered_bytes;
  parameters.kv_overrides = entries.data();
  take_llama_errors();
  const bool failed = llama_model_quantize(source.c_str(), to.c_str(), &parameters) != 0;
  if (!failed && is_whole(to, read_header(to).get())) return;
  throw llama_failure("llama.cpp cannot convert the model's weights")
      .at(source.string())
      .hint("is there room on the disk, and does this llama.cpp know the model? weights = \"file\" does without");
}

void make_converted(const fs::path& source, const fs::path& to, const Target& target, const std::string& sha256,
                    const gguf_context* header) {
  require_room(to.parent_path(), bytes_needed(target, header));
  check_stop("stopped before the model's weights were converted", "run the same command again");
  const std::string type = type_name(header);
  try {
    make_file_atomic(to, [&](const fs::path& draft) { convert(source, draft, target, sha256, type); });
    write_file_atomic(checksum_file(to), sha256_file(to) + "\n");
  } catch (Error& error) {
    if (error.kind() == ErrorKind::user) {
      error.hint(
          "converted weights are kept beside the model: put it, or a link to it, into a folder that you may write to, "
          "or take weights = \"file\"");
    }
    throw;
  }
}

/// Without a thread to be had, a small file is read when somebody asks, too.
std::shared_future<std::string> hash_of(const fs::path& file) {
  constexpr std::uintmax_t small = std::uintmax_t{64} << 20U;
  const auto when = fs::file_size(file) <= small ? std::launch::async | std::launch::deferred : std::launch::deferred;
  return std::async(when, [file] { return sha256_file(file); }).share();
}

}  // namespace

void require_room(const fs::path& folder, std::uint64_t bytes) {
  std::error_code unknown;
  const fs::space_info space = fs::space(folder.empty() ? fs::path(".") : folder, unknown);
  if (unknown || space.available >= bytes) return;  // unknown: writing will tell
  throw failure("there is no room for the converted weights on the disk")
      .at(folder.string())
      .expected(std::to_string(bytes) + " bytes free")
      .got(std::to_string(space.available))
      .hint("free some space, or take weights = \"file\"");
}

WeightsKind stored_weights(const fs::path& gguf) {
  start_llama();
  std::error_code none;
  const GgufHandle header = fs::is_regular_file(gguf, none) ? read_header(gguf) : nullptr;
  for (const WeightsKind kind : {WeightsKind::bf16, WeightsKind::q8_0})
    if (header && is_already(target_of(kind), header.get())) return kind;
  return WeightsKind::file;
}

Weights weights_of(const ModelOptions& options, const gguf_context* header) {
  if (options.weights == WeightsKind::file) return {options.gguf, hash_of(options.gguf)};
  const Target target = target_of(options.weights);
  if (is_already(target, header)) return {options.gguf, hash_of(options.gguf)};
  if (gguf_find_key(header, "split.count") >= 0) {
    throw user_error("weights = \"" + to_string(options.weights) + "\" is for a model in one file")
        .at(options.gguf.string())
        .hint("join its parts with llama.cpp's llama-gguf-split --merge");
  }
  const bool has_ending = options.gguf.extension() == ".gguf";  // else its name may hold dots: Qwen2.5-0.5B
  fs::path converted = has_ending ? options.gguf.parent_path() / options.gguf.stem() : options.gguf;
  converted += "." + to_string(options.weights) + ".gguf";
  // Both files are read whole, which is a good part of the time to a first answer: at once, unless no thread is to be
  // had.
  std::future<std::string> made_from = std::async([&] { return intact_source(converted); });
  const std::shared_future<std::string> sha256 = hash_of(options.gguf);
  if (made_from.get() != sha256.get()) make_converted(options.gguf, converted, target, sha256.get(), header);
  return {converted, sha256};
}

}  // namespace udrl::lm

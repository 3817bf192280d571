// Checks of a GGUF file and its description. Not for: loading (model.cpp).
#include "file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <vector>

#include "llama/runtime.hpp"
#include "udrl/base/error.hpp"
#include "udrl/lm/gguf_keys.hpp"

namespace udrl::lm {
namespace fs = std::filesystem;
namespace {

constexpr const char* fetch_hint =
    "run scripts/fetch_models.sh, which fetches the models again and checks their SHA-256, or copy the file again";

void check_readable(const fs::path& file) {
  std::error_code ignored;
  if (file.empty()) throw user_error("no model file was named").hint("set gguf = \"models/….gguf\"");
  if (!fs::exists(file, ignored)) {
    throw user_error("the model file does not exist").at(file.string()).hint(fetch_hint);
  }
  if (!fs::is_regular_file(file, ignored)) {
    throw user_error("the model is not a file").at(file.string()).expected("a .gguf file");
  }
}

void check_magic(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, 4> magic{};
  in.read(magic.data(), magic.size());
  if (!in && in.gcount() == 0 && fs::file_size(file) > 0) {
    throw user_error("the model file cannot be read").at(file.string()).hint("check its permissions");
  }
  if (std::string_view(magic.data(), magic.size()) != GGUF_MAGIC) {
    throw user_error("the model file is not a GGUF file")
        .at(file.string())
        .expected("a file that starts with \"GGUF\"")
        .hint("convert the model with llama.cpp's convert_hf_to_gguf.py, or fetch it again: scripts/fetch_models.sh");
  }
}

/// "Q4_K - Medium"; of widened weights "Q4_K - Medium as BF16".
std::string quantization_name(const llama_model* model) {
  const char* known = llama_ftype_name(llama_model_ftype(model));
  const std::string name = known != nullptr ? known : "";
  const std::string source = metadata(model, widened_type_key);
  return source.empty() ? name : source + " as " + name;
}

/// Without the rows that only keep hosts from reading past the table of positions: nothing of them was learned.
std::uint64_t learned_parameters(const llama_model* model) {
  const auto beyond = static_cast<std::uint64_t>(llama_model_n_ctx_train(model) - trained_context(model));
  return llama_model_n_params(model) - beyond * static_cast<std::uint64_t>(llama_model_n_embd(model));
}

}  // namespace

GgufHandle read_header(const fs::path& file) {
  take_llama_errors();
  return GgufHandle(gguf_init_from_file(file.c_str(), {true, nullptr}));
}

std::uint64_t least_bytes(const gguf_context* gguf) {
  std::uint64_t end = 0;
  for (std::int64_t i = 0; i < gguf_get_n_tensors(gguf); ++i) {
    end = std::max<std::uint64_t>(end, gguf_get_tensor_offset(gguf, i) + gguf_get_tensor_size(gguf, i));
  }
  return gguf_get_data_offset(gguf) + end;
}

GgufHandle check_gguf_file(const fs::path& file) {
  start_llama();
  check_readable(file);
  check_magic(file);
  GgufHandle gguf = read_header(file);
  if (!gguf) {
    throw user_error("the model file's header is cut off or damaged")
        .at(file.string())
        .got(take_llama_errors())
        .hint(fetch_hint);
  }
  const std::uint64_t expected = least_bytes(gguf.get());
  const std::uint64_t size = fs::file_size(file);
  if (size < expected) {
    throw user_error("the model file is truncated")
        .at(file.string())
        .expected(std::to_string(expected) + " bytes")
        .got(std::to_string(size) + " bytes")
        .hint(fetch_hint);
  }
  return gguf;
}

std::string metadata(const llama_model* model, const char* key, const std::string& otherwise) {
  const int length = llama_model_meta_val_str(model, key, nullptr, 0);
  if (length < 0) return otherwise;
  std::vector<char> buffer(static_cast<std::size_t>(length) + 1);
  llama_model_meta_val_str(model, key, buffer.data(), buffer.size());
  return {buffer.data(), static_cast<std::size_t>(length)};
}

int trained_context(const llama_model* model) {
  const int rows = llama_model_n_ctx_train(model);
  const std::string said = metadata(model, trained_context_key);
  int trained = rows;
  std::from_chars(said.data(), said.data() + said.size(), trained);
  return std::clamp(trained, 1, rows);
}

ModelInfo describe_model(const llama_model* model, const fs::path& file) {
  ModelInfo info;
  info.name = metadata(model, "general.name", file.stem().string());
  info.architecture = metadata(model, "general.architecture");
  info.quantization = quantization_name(model);
  info.parameters = learned_parameters(model);
  info.context = trained_context(model);
  return info;
}

}  // namespace udrl::lm

// Rows of a model's table of input vectors, read from its file as they are needed.
#include "udrl/lm/token_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string>
#include <unordered_map>

#include "answer/normalized.hpp"
#include "file.hpp"
#include "llama/runtime.hpp"
#include "udrl/base/error.hpp"
#include "vocabulary.hpp"

namespace udrl::lm {
namespace {

namespace fs = std::filesystem;

constexpr const char* table_name = "token_embd.weight";

ModelHandle load_vocabulary(const fs::path& file) {
  check_gguf_file(file);
  llama_model_params parameters = llama_model_default_params();
  parameters.vocab_only = true;
  take_llama_errors();
  ModelHandle model(llama_model_load_from_file(file.c_str(), parameters));
  if (!model) throw llama_failure("llama.cpp cannot read the model's vocabulary").at(file.string());
  return model;
}

/// Where a model's input vectors stand in its file.
struct Table {
  std::uint64_t offset = 0;
  std::size_t row_bytes = 0, width = 0;
  ggml_type type = GGML_TYPE_F32;
};

Table table_in(const fs::path& file, int vocabulary) {
  const GgufHandle header = read_header(file);
  const std::int64_t place = header ? gguf_find_tensor(header.get(), table_name) : -1;
  if (place < 0)
    throw user_error("the model has no input vectors")
        .at(file.string())
        .expected(std::string("a tensor ") + table_name)
        .hint("name a sentence embedder");
  Table table;
  table.type = gguf_get_tensor_type(header.get(), place);
  table.offset = gguf_get_data_offset(header.get()) + gguf_get_tensor_offset(header.get(), place);
  table.row_bytes = gguf_get_tensor_size(header.get(), place) / static_cast<std::size_t>(vocabulary);
  table.width = table.row_bytes / ggml_type_size(table.type) * static_cast<std::size_t>(ggml_blck_size(table.type));
  return table;
}

/// Zipf's law has a token's surprise grow with the logarithm of its rank, and vocabularies are made commonest first.
float weight_of(llama_token token) { return std::max(0.0F, std::log1p(static_cast<float>(token)) - 6.0F); }

}  // namespace

struct TokenVectors::Impl {
  explicit Impl(const fs::path& file)
      : model(load_vocabulary(file)),
        vocabulary(model.get()),
        table(table_in(file, vocabulary.size())),
        path(file),
        in(file, std::ios::binary) {}

  const std::vector<float>& row(llama_token token) {
    std::vector<float>& values = known[token];
    if (values.empty()) values = read(token);
    return values;
  }

  std::vector<float> read(llama_token token) {
    std::vector<char> bytes(table.row_bytes);
    in.seekg(static_cast<std::streamoff>(table.offset + table.row_bytes * static_cast<std::size_t>(token)));
    if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
      throw failure("the model's input vectors cannot be read").at(path.string());
    std::vector<float> out(table.width);
    if (table.type == GGML_TYPE_F32) std::memcpy(out.data(), bytes.data(), bytes.size());
    else ggml_get_type_traits(table.type)->to_float(bytes.data(), out.data(), static_cast<std::int64_t>(table.width));
    return out;
  }

  ModelHandle model;
  Vocabulary vocabulary;
  Table table;
  fs::path path;
  std::ifstream in;
  std::unordered_map<llama_token, std::vector<float>> known;
};

TokenVectors::TokenVectors(const fs::path& gguf) : impl_(std::make_unique<Impl>(gguf)) {}
TokenVectors::~TokenVectors() = default;

std::vector<float> TokenVectors::of(std::string_view text) const {
  std::vector<float> sum(impl_->table.width, 0.0F);
  for (const llama_token token : impl_->vocabulary.encoder_tokens(std::string(text))) {
    const float weight = weight_of(token);
    if (weight == 0) continue;
    const std::vector<float>& row = impl_->row(token);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * row[i];
  }
  return normalized(sum);
}

std::unique_ptr<TokenVectors> open_token_vectors(const ModelOptions& options) {
  return options.gguf.empty() ? nullptr : std::make_unique<TokenVectors>(options.gguf);
}

}  // namespace udrl::lm

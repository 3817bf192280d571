// Reading a foreign GPT-2 folder: config.json, safetensors whole or in shards, float types. Not for: tokenizers.
#include "udrl/student/transformers_folder.hpp"

#include <ggml.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "safetensors_types.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::student {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* shard_index = "model.safetensors.index.json";
constexpr std::string_view prefix = "transformer.";

void check_excess(const std::string& text, const fs::path& file) {
  try {
    data::check_json_excess(text);
  } catch (const Error& error) {
    throw data::completed(error, file.string(), "is it the right file?");
  }
}

StudentConfig read_shape(const fs::path& folder) {
  const fs::path file = folder / files::config;
  if (!fs::exists(file))
    throw user_error("there is no model to start from")
        .at(folder.string())
        .expected("config.json and model.safetensors in it")
        .hint("name a folder that udrl-train or the save_pretrained of transformers wrote");
  std::string text = read_file(file);
  check_excess(text, file);
  Json json = data::json_or_discarded(text);
  if (json.is_object()) {
    json["bos_token_id"] = json["eos_token_id"] = 0;
    text = data::json_line(json);
  }
  return config_from_json(text, file.string());
}

Error no_weights(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with("pytorch_model")) continue;
    return user_error("the weights are pickled, and a pickle can run code when it is read")
        .at(entry.path().string())
        .expected("model.safetensors")
        .hint("load the model with transformers and save it with save_pretrained(…, safe_serialization=True)");
  }
  return user_error("the folder has no weights").at(folder.string()).expected("model.safetensors");
}

/// A file beside the index: one that names others would have any file of the machine opened.
std::string plain_name(const std::string& name, const fs::path& index) {
  if (!name.empty() && name != ".." && fs::path(name).filename() == name) return name;
  throw user_error("the index names a file outside of its folder")
      .at(index.string())
      .expected("names of files beside it, without folders")
      .got(name);
}

std::vector<fs::path> listed_shards(const fs::path& index) {
  const std::string text = read_file(index);
  check_excess(text, index);
  const Json json = data::json_or_discarded(text);
  const Json map = json.is_object() ? json.value("weight_map", Json()) : Json();
  std::set<fs::path> shards;
  for (const auto& item : map.items())
    if (item.value().is_string()) shards.insert(index.parent_path() / plain_name(item.value(), index));
  if (shards.empty())
    throw user_error("not an index of safetensors files").at(index.string()).expected("weight_map: tensor to file");
  return {shards.begin(), shards.end()};
}

std::vector<fs::path> weight_files(const fs::path& folder) {
  if (fs::exists(folder / files::weights)) return {folder / files::weights};
  if (fs::exists(folder / shard_index)) return listed_shards(folder / shard_index);
  throw no_weights(folder);
}

std::vector<float> widened(const TensorView& tensor) {
  std::vector<float> out(tensor.elements());
  if (tensor.dtype == DType::f32) {
    std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
    return out;
  }
  std::vector<std::uint16_t> halves(out.size());
  std::memcpy(halves.data(), tensor.bytes.data(), tensor.bytes.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = tensor.dtype == DType::f16 ? ggml_fp16_to_fp32(halves[i]) : ggml_bf16_to_fp32({halves[i]});
  return out;
}

void check_tensor(const TensorView& tensor, const TensorSpec& spec) {
  const bool known_type = tensor.dtype == DType::f32 || tensor.dtype == DType::f16 || tensor.dtype == DType::bf16;
  if (known_type && tensor.shape == spec.shape) return;
  throw user_error("a tensor has another type or shape: " + tensor.name)
      .expected("F32, F16 or BF16 " + detail::shape_text(spec.shape))
      .got(std::string(to_string(tensor.dtype)) + " " + detail::shape_text(tensor.shape))
      .hint("config.json and the weights are not of the same model");
}

}  // namespace

TransformersFolder::TransformersFolder(fs::path folder) : folder_(std::move(folder)), config_(read_shape(folder_)) {
  weight_files_ = weight_files(folder_);
  for (const fs::path& file : weight_files_) weights_.emplace_back(file);
  try {
    for (const TensorSpec& spec : tensor_specs(config_)) check_tensor(tensor(spec.name), spec);
  } catch (Error& error) {
    throw error.at(folder_.string());
  }
}

const TensorView& TransformersFolder::tensor(std::string_view name) const {
  const std::string_view bare = name.substr(prefix.size());  // as GPT2Model has it
  for (const SafetensorsFile& file : weights_) {
    if (file.contains(name)) return file.at(name);
    if (file.contains(bare)) return file.at(bare);
  }
  throw user_error("a tensor is missing: " + std::string(name))
      .hint("config.json and the weights are not of one model");
}

std::string TransformersFolder::name() const { return std::filesystem::weakly_canonical(folder_).filename().string(); }

std::vector<float> TransformersFolder::values(std::string_view name) const { return widened(tensor(name)); }

std::string TransformersFolder::sha256() const {
  std::vector<fs::path> read = weight_files_;
  for (const char* name : {files::config, files::tokenizer, files::tokenizer_json, "vocab.json"})
    if (fs::exists(folder_ / name)) read.push_back(folder_ / name);
  std::string listing;
  for (const fs::path& file : read) listing += sha256_file(file) + "  " + file.filename().string() + "\n";
  return udrl::sha256(listing);
}

}  // namespace udrl::student

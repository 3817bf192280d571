// Writing and opening a checkpoint folder. Not for: what its texts say (model_card.cpp, tokenizer/export.cpp).
#include "udrl/student/checkpoint.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "chat_template.hpp"
#include "client_sampling.hpp"
#include "tokenizer/export.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::student {
namespace {

using Json = nlohmann::ordered_json;

void check_vocabulary(const StudentConfig& config, const Tokenizer& tokenizer, const std::string& where) {
  const bool fits = config.vocab_size == tokenizer.vocab_size() && config.bos_id == tokenizer.bos_id() &&
                    config.eos_id == tokenizer.eos_id();
  if (fits) return;
  auto figures = [](int size, int bos, int eos) {
    return std::to_string(size) + " pieces, begin " + std::to_string(bos) + ", end " + std::to_string(eos);
  };
  throw user_error("the tokenizer is not the model's")
      .at(where)
      .expected(figures(config.vocab_size, config.bos_id, config.eos_id))
      .got(figures(tokenizer.vocab_size(), tokenizer.bos_id(), tokenizer.eos_id()))
      .hint("config.json and tokenizer.model must come from the same run of udrl-train");
}

std::string generation_config(const StudentConfig& config) {
  const Json json = {{"bos_token_id", config.bos_id},
                     {"eos_token_id", config.eos_id},
                     {"pad_token_id", config.eos_id},
                     {"do_sample", true},
                     {"temperature", client_sampling::temperature},
                     {"max_new_tokens", client_sampling::most_tokens(config)}};
  return data::json_document(json);
}

// Every tensor that the model needs, and none besides.
void check_weights(const StudentConfig& config, std::span<const TensorView> weights) {
  const std::vector<TensorSpec> specs = tensor_specs(config);
  for (const TensorSpec& spec : specs) {
    auto same = [&](const TensorView& tensor) { return tensor.name == spec.name; };
    const auto found = std::find_if(weights.begin(), weights.end(), same);
    if (found == weights.end()) throw failure("a tensor of the student is missing: " + spec.name);
    if (found->dtype != DType::f32 || found->shape != spec.shape)
      throw failure("a tensor of the student has another type or shape: " + spec.name);
  }
  if (weights.size() != specs.size())
    throw failure("the student has other tensors than its config says")
        .expected(std::to_string(specs.size()))
        .got(std::to_string(weights.size()));
}

void require_folder(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder / files::config)) return;
  throw user_error("not a checkpoint folder")
      .at(folder.string())
      .expected(std::string(files::config) + " in it")
      .hint("name the folder that udrl-train wrote");
}

}  // namespace

void write_checkpoint_texts(const std::filesystem::path& folder, const CheckpointParts& parts) {
  check_vocabulary(parts.config, parts.tokenizer, folder.string());
  const std::string chat = chat_template(parts.commands);
  make_folder(folder);
  auto write = [&](const char* name, const std::string& text) { write_file_atomic(folder / name, text); };
  write(files::tokenizer, parts.tokenizer.bytes());
  write(files::tokenizer_json, tokenizer_json(parts.tokenizer));
  write(files::tokenizer_config, tokenizer_config_json(parts.tokenizer, parts.config.n_positions, chat));
  write(files::generation_config, generation_config(parts.config));
  command::save(parts.commands, folder / files::commands);
  write(files::card, model_card_text(parts.card, parts.config, parts.commands));
  write(files::modelfile, modelfile_text(parts.card, parts.config, parts.commands));
  write(files::config, data::json_document(to_json(parts.config)));
}

void write_weights(const std::filesystem::path& folder, const StudentConfig& config,
                   std::span<const TensorView> weights) {
  check_weights(config, weights);
  make_folder(folder);
  write_safetensors(folder / files::weights, weights, {{"format", "pt"}});  // `transformers` asks for a format
}

void write_checkpoint(const std::filesystem::path& folder, const CheckpointParts& parts) {
  write_checkpoint_texts(folder, parts);
  write_weights(folder, parts.config, parts.weights);
}

Checkpoint open_checkpoint(const std::filesystem::path& folder) {
  require_folder(folder);
  Checkpoint checkpoint{folder, read_config(folder / files::config), Tokenizer::load(folder / files::tokenizer),
                        command::load(folder / files::commands), SafetensorsFile(folder / files::weights)};
  check_vocabulary(checkpoint.config, checkpoint.tokenizer, folder.string());
  for (const TensorSpec& spec : tensor_specs(checkpoint.config)) checkpoint.tensor(spec);
  return checkpoint;
}

}  // namespace udrl::student

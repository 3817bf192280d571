// StudentConfig: ranges, the tensors it implies, config.json as transformers reads and writes it. Not for: weights.
#include "udrl/student/config.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::student {
namespace {

using Json = nlohmann::ordered_json;

void require(bool ok, const char* field, const std::string& expected, const std::string& got) {
  if (!ok) throw user_error(std::string("the student's ") + field + " is out of range").expected(expected).got(got);
}

void require_at_least_one(const char* field, int value, int most) {
  require(value >= 1 && value <= most, field, "1 to " + std::to_string(most), std::to_string(value));
}

void add_block(std::vector<TensorSpec>& specs, const StudentConfig& config, int layer) {
  const std::int64_t d = config.n_embd;
  const std::int64_t f = config.inner();
  const std::string block = "transformer.h." + std::to_string(layer) + ".";
  auto add = [&](const char* name, std::vector<std::int64_t> weight, std::int64_t bias) {
    specs.push_back({block + name + ".weight", std::move(weight)});
    specs.push_back({block + name + ".bias", {bias}});
  };
  add("ln_1", {d}, d);
  add("attn.c_attn", {d, 3 * d}, 3 * d);
  add("attn.c_proj", {d, d}, d);
  add("ln_2", {d}, d);
  add("mlp.c_fc", {d, f}, f);
  add("mlp.c_proj", {f, d}, d);
}

// A field that, if it is there and not null, must have this value for the model to be one that udrl computes.
void require_value(const Json& json, const char* field, const Json& value) {
  if (!json.contains(field) || json[field].is_null() || json[field] == value) return;
  throw user_error(std::string("config.json describes another model: ") + field)
      .expected(data::json_line(value))
      .got(data::json_line(json[field]))
      .hint("use a checkpoint that udrl-train wrote, or a GPT-2 with tied embeddings");
}

// "gelu_pytorch_tanh" is another name of the same function.
void require_tanh_gelu(const Json& json) {
  const char* const field = "activation_function";
  if (!json.contains(field) || json[field] != "gelu_pytorch_tanh") require_value(json, field, "gelu_new");
}

template <class T>
void read(const Json& json, const char* field, T& target) {
  if (!json.contains(field) || json[field].is_null()) return;
  const bool right = std::is_integral_v<T> ? json[field].is_number_integer() : json[field].is_number();
  if (!right)
    throw user_error(std::string("config.json: ") + field + " is not a number of its kind")
        .got(data::json_line(json[field]));
  if constexpr (std::is_integral_v<T>) {
    const double value = json[field].template get<double>();
    if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())
      throw user_error(std::string("config.json: ") + field + " is out of range").got(data::json_line(json[field]));
  }
  target = json[field].get<T>();
}

Json parse_object(std::string_view text) {
  data::check_json_excess(text);
  Json json = data::json_or_discarded(text);
  if (json.is_object()) return json;
  throw user_error("config.json is not a JSON object").hint("the checkpoint is damaged: copy it again");
}

StudentConfig parse(std::string_view text) {
  const Json json = parse_object(text);
  require_value(json, "model_type", "gpt2");
  require_tanh_gelu(json);
  require_value(json, "tie_word_embeddings", true);
  require_value(json, "scale_attn_weights", true);
  require_value(json, "scale_attn_by_inverse_layer_idx", false);
  require_value(json, "reorder_and_upcast_attn", false);
  require_value(json, "add_cross_attention", false);
  // What config.json does not say has the meaning that transformers gives it, not our defaults.
  StudentConfig config{
      .vocab_size = 50257, .n_positions = 1024, .n_embd = 768, .n_layer = 12, .n_head = 12, .dropout = 0.1};
  config.bos_id = config.eos_id = 50256;
  read(json, "vocab_size", config.vocab_size);
  read(json, "n_positions", config.n_positions);
  read(json, "n_embd", config.n_embd);
  read(json, "n_layer", config.n_layer);
  read(json, "n_head", config.n_head);
  read(json, "n_inner", config.n_inner);
  read(json, "resid_pdrop", config.dropout);
  read(json, "layer_norm_epsilon", config.layer_norm_epsilon);
  read(json, "initializer_range", config.initializer_range);
  read(json, "bos_token_id", config.bos_id);
  read(json, "eos_token_id", config.eos_id);
  config.check();
  return config;
}

}  // namespace

std::uint64_t StudentConfig::parameter_count() const {
  std::uint64_t count = 0;
  for (const TensorSpec& spec : tensor_specs(*this)) {
    std::uint64_t elements = 1;
    for (std::int64_t extent : spec.shape) elements *= static_cast<std::uint64_t>(extent);
    count += elements;
  }
  return count;
}

void StudentConfig::check() const {
  require_at_least_one("vocab_size", vocab_size, 10'000'000);
  require_at_least_one("n_positions", n_positions, 1'000'000);
  require_at_least_one("n_embd", n_embd, 100'000);
  require_at_least_one("n_layer", n_layer, 1'000);
  require_at_least_one("n_head", n_head, 1'000);
  require(n_embd % n_head == 0, "n_embd", "a multiple of n_head (" + std::to_string(n_head) + ")",
          std::to_string(n_embd));
  require(n_inner >= 0 && n_inner <= 1'000'000, "n_inner", "0 (4 × n_embd) to 1000000", std::to_string(n_inner));
  require(dropout >= 0 && dropout < 1, "dropout", "at least 0 and below 1", std::to_string(dropout));
  require(layer_norm_epsilon > 0 && layer_norm_epsilon < 1, "layer_norm_epsilon", "between 0 and 1",
          std::to_string(layer_norm_epsilon));
  require(initializer_range > 0, "initializer_range", "above 0", std::to_string(initializer_range));
  require(bos_id >= 0 && bos_id < vocab_size, "bos_id", "an id of the vocabulary", std::to_string(bos_id));
  require(eos_id >= 0 && eos_id < vocab_size, "eos_id", "an id of the vocabulary", std::to_string(eos_id));
}

std::vector<TensorSpec> tensor_specs(const StudentConfig& config) {
  const std::int64_t d = config.n_embd;
  std::vector<TensorSpec> specs{{"transformer.wte.weight", {config.vocab_size, d}},
                                {"transformer.wpe.weight", {config.n_positions, d}}};
  for (int layer = 0; layer < config.n_layer; ++layer) add_block(specs, config, layer);
  specs.push_back({"transformer.ln_f.weight", {d}});
  specs.push_back({"transformer.ln_f.bias", {d}});
  return specs;
}

nlohmann::ordered_json to_json(const StudentConfig& config) {
  return {{"architectures", {"GPT2LMHeadModel"}},
          {"model_type", "gpt2"},
          {"activation_function", "gelu_new"},
          {"attn_pdrop", config.dropout},
          {"bos_token_id", config.bos_id},
          {"embd_pdrop", config.dropout},
          {"eos_token_id", config.eos_id},
          {"initializer_range", config.initializer_range},
          {"layer_norm_epsilon", config.layer_norm_epsilon},
          {"n_ctx", config.n_positions},
          {"n_embd", config.n_embd},
          {"n_head", config.n_head},
          {"n_inner", config.n_inner > 0 ? Json(config.n_inner) : Json(nullptr)},
          {"n_layer", config.n_layer},
          {"n_positions", config.n_positions},
          {"reorder_and_upcast_attn", false},
          {"resid_pdrop", config.dropout},
          {"scale_attn_by_inverse_layer_idx", false},
          {"scale_attn_weights", true},
          {"tie_word_embeddings", true},
          {"torch_dtype", "float32"},
          {"use_cache", true},
          {"vocab_size", config.vocab_size}};
}

StudentConfig config_from_json(std::string_view json, const std::string& where) {
  try {
    return parse(json);
  } catch (Error& error) {
    throw error.at(where);
  }
}

StudentConfig read_config(const std::filesystem::path& file) {
  return config_from_json(read_file(file), file.string());
}

}  // namespace udrl::student

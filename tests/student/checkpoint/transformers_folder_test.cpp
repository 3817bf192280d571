// A GPT-2 that transformers saved (goldens/gpt2_folder, of make_gpt2_folder.py), as it is and in its other spellings.
#include "udrl/student/transformers_folder.hpp"

#include <ggml.h>

#include <nlohmann/json.hpp>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::student;
using udrl::test::contains;
using udrl::test::error_of;
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

const fs::path golden = fs::path(UDRL_SOURCE_DIR) / "tests/student/goldens/gpt2_folder";
constexpr const char* weights_name = "model.safetensors";

/// The golden with a field of config.json changed, and the weights that the test writes.
struct Variant {
  tiny::Folder folder;
  SafetensorsFile original{golden / weights_name};

  explicit Variant(const std::string& field = "n_layer", const Json& value = 2) {
    Json config = Json::parse(read_file(golden / "config.json"));
    config[field] = value;
    write_file_atomic(folder / "config.json", config.dump());
  }
  void write(const std::vector<TensorView>& tensors, const std::string& name = weights_name) const {
    write_safetensors(folder / name, tensors, {{"format", "pt"}});
  }
  std::string refusal() const {
    return error_of([&] { TransformersFolder opened(folder.path()); });
  }
};

std::vector<float> floats(const TensorView& tensor) {
  const auto values = tensor.floats();
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("a folder that transformers saved opens with its shape and its weights") {
  const TransformersFolder opened(golden);
  CHECK(opened.config().n_embd == 16);
  CHECK(opened.config().inner() == 48);
  CHECK(opened.config().bos_id == 0);
  const SafetensorsFile file(golden / weights_name);
  for (const TensorSpec& spec : tensor_specs(opened.config())) {
    INFO(spec.name);
    CHECK(opened.values(spec.name) == floats(file.at(spec.name)));
  }
}

TEST_CASE("weights of GPT2Model, without a head or with one, with buffers and in shards are the same weights") {
  const Variant variant;
  std::vector<TensorView> tensors = variant.original.tensors();
  const std::vector<std::uint8_t> mask(16);
  const int spelling = GENERATE(0, 1, 2);
  if (spelling == 0)
    for (TensorView& tensor : tensors) tensor.name = tensor.name.substr(std::string("transformer.").size());
  if (spelling < 2) {
    tensors.push_back(view_u8("lm_head.weight", {16}, mask));
    tensors.push_back(view_u8("transformer.h.0.attn.bias", {16}, mask));
    tensors.push_back(view_u8("transformer.h.0.attn.masked_bias", {16}, mask));
    variant.write(tensors);
  } else {
    Json map;
    for (std::size_t i = 0; i < tensors.size(); ++i) map[tensors[i].name] = i < 9 ? "a.safetensors" : "b.safetensors";
    variant.write({tensors.begin(), tensors.begin() + 9}, "a.safetensors");
    variant.write({tensors.begin() + 9, tensors.end()}, "b.safetensors");
    write_file_atomic(variant.folder / "model.safetensors.index.json", Json{{"weight_map", map}}.dump());
  }
  const TransformersFolder opened(variant.folder.path()), as_saved(golden);
  for (const TensorSpec& spec : tensor_specs(opened.config()))
    CHECK(opened.values(spec.name) == as_saved.values(spec.name));
}

TEST_CASE("float16 and bfloat16 are widened") {
  const Variant variant;
  const bool half = GENERATE(true, false);
  std::vector<TensorView> tensors = variant.original.tensors();
  std::vector<std::vector<std::uint16_t>> rounded;
  for (TensorView& tensor : tensors) {
    auto& values = rounded.emplace_back();
    for (const float value : floats(tensor))
      values.push_back(half ? ggml_fp32_to_fp16(value) : ggml_fp32_to_bf16(value).bits);
    tensor.dtype = half ? DType::f16 : DType::bf16;
    tensor.bytes = std::as_bytes(std::span(values));
  }
  variant.write(tensors);
  const TransformersFolder opened(variant.folder.path()), as_saved(golden);
  for (const TensorSpec& spec : tensor_specs(opened.config())) {
    const std::vector<float> got = opened.values(spec.name), expected = as_saved.values(spec.name);
    for (std::size_t i = 0; i < got.size(); ++i)
      REQUIRE(got[i] == Approx(expected[i]).epsilon(half ? 1.0 / 2048 : 1.0 / 256).margin(1e-7));
  }
}

TEST_CASE("a model that udrl does not compute is refused by the name of the field") {
  const auto [field, value] = GENERATE(table<std::string, Json>({{"model_type", "llama"},
                                                                 {"activation_function", "relu"},
                                                                 {"scale_attn_by_inverse_layer_idx", true},
                                                                 {"reorder_and_upcast_attn", true},
                                                                 {"tie_word_embeddings", false}}));
  const Variant variant(field, value);
  variant.write(variant.original.tensors());
  const std::string said = variant.refusal();
  INFO(said);
  CHECK(said.starts_with("2 "));
  CHECK(contains(said, field));
  CHECK(contains(said, "config.json"));
}

TEST_CASE("the other name of the activation is taken") {
  const Variant variant("activation_function", "gelu_pytorch_tanh");
  variant.write(variant.original.tensors());
  CHECK(variant.refusal() == "nothing thrown");
}

TEST_CASE("weights that are pickled, missing, of another shape or type are refused") {
  std::string expected;
  Variant variant;
  std::vector<TensorView> tensors = variant.original.tensors();
  const std::vector<std::int64_t> whole(16);
  SECTION("pickled") {
    write_file_atomic(variant.folder / "pytorch_model.bin", "pickle");
    expected = "safe_serialization=True";
  }
  SECTION("none at all") { expected = "no weights"; }
  SECTION("a shard that is not there") {
    write_file_atomic(variant.folder / "model.safetensors.index.json", R"({"weight_map": {"a": "lost.safetensors"}})");
    expected = "lost.safetensors";
  }
  SECTION("a shard of another folder") {
    const std::string file = GENERATE("../other/model.safetensors", "/etc/passwd", "sub/model.safetensors", "..", "");
    write_file_atomic(variant.folder / "model.safetensors.index.json", Json{{"weight_map", {{"a", file}}}}.dump());
    expected = "outside of its folder";
  }
  SECTION("an index of nothing") {
    write_file_atomic(variant.folder / "model.safetensors.index.json", "{}");
    expected = "weight_map";
  }
  SECTION("an index nested without end") {
    write_file_atomic(variant.folder / "model.safetensors.index.json", std::string(100000, '['));
    expected = "nested more than 64 deep";
  }
  SECTION("a tensor less") {
    expected = tensors.back().name;
    tensors.pop_back();
    variant.write(tensors);
  }
  SECTION("whole numbers") {
    for (TensorView& tensor : tensors)
      if (tensor.name == "transformer.ln_f.bias") tensor = view_i64(tensor.name, tensor.shape, whole);
    variant.write(tensors);
    expected = "transformer.ln_f.bias";
  }
  SECTION("another width") {
    for (TensorView& tensor : tensors)
      if (tensor.name == "transformer.wpe.weight") std::swap(tensor.shape[0], tensor.shape[1]);
    variant.write(tensors);
    expected = "[16, 80]";
  }
  const std::string said = variant.refusal();
  INFO(said);
  CHECK(said.starts_with("2 "));
  CHECK(contains(said, expected));
}

TEST_CASE("a folder without config.json is refused with what is expected") {
  const tiny::Folder folder;
  CHECK(contains(error_of([&] { TransformersFolder opened(folder.path()); }), "config.json"));
}

TEST_CASE("the hash stands for shape, weights and tokenizer") {
  const Variant variant;
  variant.write(variant.original.tensors());
  const std::string before = TransformersFolder(variant.folder.path()).sha256();
  CHECK(before == TransformersFolder(variant.folder.path()).sha256());
  SECTION("a tokenizer") { write_file_atomic(variant.folder / "vocab.json", "{}"); }
  SECTION("the shape") { write_file_atomic(variant.folder / "config.json", read_file(golden / "config.json") + " "); }
  CHECK(before != TransformersFolder(variant.folder.path()).sha256());
}

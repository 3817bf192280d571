#include <llama.h>

#include <cmath>
#include <cstring>
#include <memory>

#include "catch.hpp"
#include "student/reference.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/student/gguf_export.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

struct FreeModel {
  void operator()(llama_model* model) const { llama_model_free(model); }
};
struct FreeContext {
  void operator()(llama_context* context) const { llama_free(context); }
};

// llama.cpp itself, without the lm room: exact settings, every logit.
class Llama {
 public:
  explicit Llama(const std::filesystem::path& file) {
    llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
    llama_model_params params = llama_model_default_params();
    params.n_gpu_layers = 0;
    model_.reset(llama_model_load_from_file(file.c_str(), params));
    REQUIRE(model_);
  }
  const llama_vocab* vocab() const { return llama_model_get_vocab(model_.get()); }
  const llama_model* model() const { return model_.get(); }

  std::vector<int> tokens(const std::string& text, bool special) const {
    std::vector<int> ids(text.size() + 8);
    const int n =
        llama_tokenize(vocab(), text.data(), static_cast<int>(text.size()), ids.data(), static_cast<int>(ids.size()),
                       /*add_special=*/special, /*parse_special=*/special);
    REQUIRE(n >= 0);
    ids.resize(static_cast<std::size_t>(n));
    return ids;
  }

  std::vector<std::vector<double>> logits(const std::vector<int>& ids) const {
    llama_context_params params = llama_context_default_params();
    params.n_ctx = static_cast<std::uint32_t>(std::max<std::size_t>(64, ids.size()));
    params.n_batch = params.n_ctx;
    params.type_k = params.type_v = GGML_TYPE_F32;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    const std::unique_ptr<llama_context, FreeContext> context(llama_init_from_model(model_.get(), params));
    llama_batch batch = llama_batch_init(static_cast<int>(ids.size()), 0, 1);
    for (int i = 0; i < static_cast<int>(ids.size()); ++i) {
      batch.token[i] = ids[static_cast<std::size_t>(i)];
      batch.pos[i] = i;
      batch.n_seq_id[i] = 1;
      batch.seq_id[i][0] = 0;
      batch.logits[i] = 1;
    }
    batch.n_tokens = static_cast<int>(ids.size());
    REQUIRE(llama_decode(context.get(), batch) == 0);
    llama_batch_free(batch);
    std::vector<std::vector<double>> rows;
    for (int i = 0; i < static_cast<int>(ids.size()); ++i) {
      const float* row = llama_get_logits_ith(context.get(), i);
      rows.emplace_back(row, row + llama_vocab_n_tokens(vocab()));
    }
    return rows;
  }

 private:
  std::unique_ptr<llama_model, FreeModel> model_;
};

// In shares of the logits' deviation. Not smaller, for llama.cpp looks GELU up in a table of half-precision numbers.
constexpr double exact = 0.005;

struct Difference {
  double largest = 0, deviation = 0;  // of the difference, and of the reference's logits
};

Difference difference(const std::vector<std::vector<double>>& got, const std::vector<std::vector<double>>& expected) {
  Difference result;
  double squares = 0, count = 0;
  for (std::size_t t = 0; t < expected.size(); ++t)
    for (std::size_t v = 0; v < expected[t].size(); ++v) {
      result.largest = std::max(result.largest, std::abs(got[t][v] - expected[t][v]));
      squares += expected[t][v] * expected[t][v];
      count += 1;
    }
  result.deviation = std::sqrt(squares / count);
  return result;
}

std::vector<int> sample_ids() {
  return tiny::tokenizer().encode(command::sequence_prompt("marsun co-ter, 50% 🎉", {1, 9, 4}, "A shoter est"));
}

}  // namespace

TEST_CASE("llama.cpp computes the logits of the checkpoint") {
  const tiny::Folder folder;
  const tiny::Weights weights(tiny::config());
  tiny::write(folder.path(), tiny::config(), weights);
  const auto expected = tiny::reference_logits(tiny::config(), weights, sample_ids());
  const auto [type, tolerance] =
      GENERATE(table<GgufType, double>({{GgufType::f32, exact}, {GgufType::f16, 0.01}, {GgufType::q8_0, 0.15}}));
  const GgufExport written = export_gguf(folder.path(), {.type = type});
  const Difference found = difference(Llama(written.file).logits(sample_ids()), expected);
  INFO(to_string(type) << ": largest difference " << found.largest << ", logits deviate by " << found.deviation);
  CHECK(found.deviation > 0.5);
  CHECK(found.largest < tolerance * found.deviation);
}

TEST_CASE("a feed-forward layer of another width is exported too") {
  const tiny::Folder folder;
  StudentConfig config = tiny::config();
  config.n_inner = 80;
  const tiny::Weights weights(config);
  tiny::write(folder.path(), config, weights);
  const GgufExport written = export_gguf(folder.path(), {.type = GgufType::f32});
  const Difference found =
      difference(Llama(written.file).logits(sample_ids()), tiny::reference_logits(config, weights, sample_ids()));
  CHECK(found.largest < exact * found.deviation);
}

TEST_CASE("rows that q8_0 cannot hold are stored in half precision") {
  const tiny::Folder folder;
  StudentConfig config = tiny::config();
  config.n_embd = 48;
  const tiny::Weights weights(config);
  tiny::write(folder.path(), config, weights);
  const GgufExport written = export_gguf(folder.path(), {.type = GgufType::q8_0});
  const Difference found =
      difference(Llama(written.file).logits(sample_ids()), tiny::reference_logits(config, weights, sample_ids()));
  CHECK(found.largest < 0.15 * found.deviation);
}

TEST_CASE("llama.cpp gives the ids of the tokenizer") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  const Llama llama(export_gguf(folder.path()).file);
  for (const std::string& text : tiny::strings()) {
    INFO(text);
    REQUIRE(llama.tokens(text, false) == tiny::tokenizer().encode(text));
  }
}

TEST_CASE("text that is typed becomes no command in llama.cpp, even where special tokens are parsed") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  const Llama llama(export_gguf(folder.path()).file);
  for (const std::string& text : tiny::strings()) {
    INFO(text);
    REQUIRE(llama.tokens(text, true) == tiny::tokenizer().encode(lm::Prompt{{text, false}}));
  }
}

TEST_CASE("a whole sequence as one string has the same ids in llama.cpp") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  const Llama llama(export_gguf(folder.path()).file);
  std::string text;
  const lm::Prompt prompt = command::sequence_prompt("marsun sale", {1, 9, std::nullopt}, "A shop");
  for (const lm::Segment& segment : prompt) text += segment.text;
  CHECK(llama.tokens(text, true) == tiny::tokenizer().encode(prompt));
}

TEST_CASE("the file says what it is") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  const GgufExport written = export_gguf(folder.path(), {.file = folder / "other.gguf", .name = "a name"});
  CHECK(written.file == folder / "other.gguf");
  CHECK(written.sha256 == sha256_file(written.file));
  const Llama llama(written.file);
  auto value = [&](const char* key) {
    std::string text(200'000, '\0');
    const int n = llama_model_meta_val_str(llama.model(), key, text.data(), text.size());
    return n < 0 ? std::string("absent") : text.substr(0, static_cast<std::size_t>(n));
  };
  CHECK(value("general.name") == "a name");
  CHECK(value("general.architecture") == "gpt2");
  CHECK(value("general.license") == "apache-2.0");
  CHECK(value("general.size_label") == "49.9K");
  CHECK(value("udrl.commands") == command::to_json(tiny::commands()).dump());
  CHECK(llama_model_n_params(llama.model()) == tiny::config().parameter_count() + (2048 - 64) * 32);
  CHECK(llama_model_n_ctx_train(llama.model()) == 2048);
  CHECK(value("udrl.context_length") == "64");
  CHECK(llama_vocab_bos(llama.vocab()) == 1);
  CHECK(llama_vocab_eos(llama.vocab()) == 2);
  CHECK(llama_vocab_is_eog(llama.vocab(), 2));
  CHECK_FALSE(llama_vocab_is_eog(llama.vocab(), 1));
}

TEST_CASE("the table of positions has whole steps of llama.cpp's contexts") {
  CHECK(gguf_positions(64) == 2048);
  CHECK(gguf_positions(2048) == 2048);
  CHECK(gguf_positions(2049) == 2304);
}

TEST_CASE("a context that is longer than what was trained goes on with the last position") {
  const tiny::Folder folder;
  StudentConfig config = tiny::config();
  config.n_positions = 24;
  const tiny::Weights weights(config);
  tiny::write(folder.path(), config, weights);
  std::vector<int> ids(300, 400);
  const auto logits = Llama(export_gguf(folder.path(), {.type = GgufType::f32}).file).logits(ids);
  CHECK(std::isfinite(logits.back().front()));

  StudentConfig longer = config;  // the same with the rows written out
  longer.n_positions = 300;
  tiny::Weights repeated(longer);
  for (const TensorSpec& spec : tensor_specs(config)) repeated.at(spec.name) = weights.at(spec.name);
  std::vector<float>& table = repeated.at("transformer.wpe.weight");
  const std::vector<float> last(table.end() - config.n_embd, table.end());
  for (int row = config.n_positions; row < longer.n_positions; ++row)
    table.insert(table.end(), last.begin(), last.end());
  const Difference found = difference(logits, tiny::reference_logits(longer, repeated, ids));
  CHECK(found.largest < exact * found.deviation);
}

TEST_CASE("udrl's own tools know what was trained, and count what was learned") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  lm::ModelOptions options;
  options.gguf = export_gguf(folder.path()).file;
  const auto model = lm::open_model(options);
  CHECK(model->info().context == 64);
  CHECK(model->info().parameters == tiny::config().parameter_count());
  lm::Request request;
  request.prompt = {{std::string(400, 'x'), false}};
  CHECK_THROWS_AS(lm::complete_all(*model, std::vector<lm::Request>{request}), Error);
}

TEST_CASE("the same folder gives the same bytes") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  const std::string first = export_gguf(folder.path()).sha256;
  CHECK(first == export_gguf(folder.path()).sha256);
  CHECK(first != export_gguf(folder.path(), {.type = GgufType::f32}).sha256);
}

TEST_CASE("weights that cannot be stored are refused with their tensor, and leave no file") {
  const tiny::Folder folder;
  tiny::Weights weights(tiny::config());
  const float value = GENERATE(std::nanf(""), INFINITY, 70000.f);
  weights.at("transformer.h.1.mlp.c_fc.weight")[17] = value;
  tiny::write(folder.path(), tiny::config(), weights);
  try {
    export_gguf(folder.path());
    FAIL("exported");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("transformer.h.1.mlp.c_fc.weight") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(folder / files::gguf));
}

TEST_CASE("types of weights are spelt as llama.cpp spells them") {
  CHECK(from_name<GgufType>("q8_0") == GgufType::q8_0);
  CHECK(to_string(GgufType::f16) == "f16");
  CHECK_FALSE(from_name<GgufType>("q4"));
}

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/student/config.hpp"

using namespace udrl;
using student::StudentConfig;

TEST_CASE("GPT-2 small has the parameters that its authors count") {
  const StudentConfig gpt2{.vocab_size = 50257, .n_positions = 1024, .n_embd = 768, .n_layer = 12, .n_head = 12};
  CHECK(gpt2.parameter_count() == 124'439'808);
}

TEST_CASE("the default student is within the budget of 6.17M parameters") {
  CHECK(StudentConfig{}.parameter_count() == 5'853'184);
}

TEST_CASE("config.json comes back as it was written") {
  const StudentConfig config{
      .vocab_size = 700, .n_positions = 64, .n_embd = 32, .n_layer = 2, .n_head = 2, .n_inner = 96, .dropout = 0.1};
  CHECK(student::config_from_json(student::to_json(config).dump(), "x") == config);
}

TEST_CASE("config.json holds what transformers reads") {
  const auto json = student::to_json(StudentConfig{});
  CHECK(json["architectures"].dump() == R"(["GPT2LMHeadModel"])");
  CHECK(json["model_type"].dump() == "\"gpt2\"");
  CHECK(json["activation_function"].dump() == "\"gelu_new\"");
  CHECK(json["tie_word_embeddings"].dump() == "true");
  CHECK(json["n_inner"].is_null());
}

TEST_CASE("fields that config.json leaves out mean what they mean to transformers") {
  const StudentConfig config = student::config_from_json(R"({"model_type": "gpt2"})", "x");
  CHECK(config.vocab_size == 50257);
  CHECK(config.n_layer == 12);
}

TEST_CASE("another model's config is refused with the file and the field") {
  const std::string text =
      GENERATE(as<std::string>{}, R"({"model_type": "llama"})", R"({"activation_function": "relu"})",
               R"({"tie_word_embeddings": false})", R"({"n_embd": "wide"})", R"({"n_head": 4294967298})",
               R"({"n_head": 18446744073709551615})", R"([1])", "{", "", std::string(100000, '['));
  try {
    student::config_from_json(text, "some/config.json");
    FAIL("accepted " << text);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::user);
    CHECK(error.where() == "some/config.json");
  }
}

TEST_CASE("a config out of range names the field") {
  StudentConfig config;
  SECTION("heads that do not divide the width") { config.n_head = 7; }
  SECTION("no layers") { config.n_layer = 0; }
  SECTION("dropout of one") { config.dropout = 1; }
  SECTION("an end that is no piece") { config.eos_id = config.vocab_size; }
  CHECK_THROWS_AS(config.check(), Error);
}

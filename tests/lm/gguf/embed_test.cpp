// Sentence embeddings with the real MiniLM: agreement with sentence-transformers, order, cut, errors. Not for: speed.
#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "models.hpp"
#include "udrl/base/error.hpp"

using namespace udrl::lm;

namespace {

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

}  // namespace

TEST_CASE("MiniLM's cosines agree with sentence-transformers", "[model]") {
  const auto model = real_model("all-minilm-l6-v2.f32.gguf");
  if (!model) return;
  std::ifstream in(std::string(UDRL_SOURCE_DIR) + "/tests/data/near/minilm_pairs.jsonl");
  std::vector<std::string> texts;
  std::vector<double> expected;
  for (std::string line; std::getline(in, line);) {
    const auto pair = nlohmann::json::parse(line);
    texts.push_back(pair.at("a"));
    texts.push_back(pair.at("b"));
    expected.push_back(pair.at("cosine"));
  }
  REQUIRE(expected.size() >= 30);
  const auto rows = model->embed(texts);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(texts[2 * i] << " | " << texts[2 * i + 1]);
    CHECK(dot(rows[2 * i], rows[2 * i + 1]) == Approx(expected[i]).margin(1e-3));
  }
}

TEST_CASE("an embedding does not depend on its neighbours", "[model]") {
  const auto model = real_model("all-minilm-l6-v2.f32.gguf");
  if (!model) return;
  const std::vector<std::string> alone{"a lighthouse at dusk"};
  std::vector<std::string> crowd(70, "something else, and rather longer than the one text that is looked at here");
  crowd[33] = alone[0];
  const auto one = model->embed(alone);
  const auto many = model->embed(crowd);
  CHECK(dot(one[0], one[0]) == Approx(1.0).margin(1e-5));
  CHECK(dot(one[0], many[33]) == Approx(1.0).margin(1e-5));
  CHECK(dot(one[0], many[0]) < 0.9);
}

TEST_CASE("no text, an empty text and a very long one are embedded", "[model]") {
  const auto model = real_model("all-minilm-l6-v2.f32.gguf");
  if (!model) return;
  CHECK(model->embed({}).empty());
  std::string endless;
  for (int i = 0; i < 2000; ++i) endless += "word ";
  const std::vector<std::string> texts{"", endless, endless + "and an end that is cut off"};
  const auto rows = model->embed(texts);
  CHECK(rows[0].size() == 384);
  CHECK(dot(rows[1], rows[2]) == Approx(1.0).margin(1e-5));
}

TEST_CASE("a model that only embeds refuses to write", "[model]") {
  const auto model = real_model("all-minilm-l6-v2.f32.gguf");
  if (!model) return;
  const std::vector<Request> requests{{"a", {{"hello", false}}, 0, {}}};
  CHECK_THROWS_AS(complete_all(*model, requests), udrl::Error);
}

// Rough vectors, with the real MiniLM. Not for: what they are worth to a ranker (inference/ranker_test.cpp).
#include "udrl/lm/token_vectors.hpp"

#include <numeric>

#include "catch.hpp"
#include "udrl/base/error.hpp"

using namespace udrl::lm;

namespace {

double product(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Null, with a note, where the model was not fetched.
std::unique_ptr<TokenVectors> minilm() {
  const auto file = std::filesystem::path(UDRL_SOURCE_DIR) / "models/all-minilm-l6-v2.f32.gguf";
  if (std::filesystem::exists(file)) return std::make_unique<TokenVectors>(file);
  WARN("not tested: " << file << " is not there; run scripts/fetch_models.sh");
  return nullptr;
}

}  // namespace

TEST_CASE("texts of related words have rough vectors that are near", "[model]") {
  const auto vectors = minilm();
  if (!vectors) return;
  const auto asked = vectors->of("sailing club");
  REQUIRE(asked.size() == 384);
  CHECK(product(asked, asked) == Approx(1).margin(1e-5));
  CHECK(product(asked, vectors->of("a yacht in the harbour")) >
        product(asked, vectors->of("an invoice for the plumber")) + 0.05);
  CHECK(vectors->of("Sailing Club") == asked);
}

TEST_CASE("a text of nothing has no direction", "[model]") {
  const auto vectors = minilm();
  if (!vectors) return;
  CHECK(vectors->of("") == std::vector<float>(384, 0.0F));
}

TEST_CASE("what is no GGUF file has no rough vectors, nor has an endpoint") {
  CHECK_THROWS_AS(TokenVectors("/no/such/model.gguf"), udrl::Error);
  ModelOptions endpoint;
  endpoint.endpoint.urls = {"http://127.0.0.1:9/v1"};
  CHECK(open_token_vectors(endpoint) == nullptr);
}

// Draws from known distributions. Not for: models.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "answer/fast_exp.hpp"
#include "answer/sampler.hpp"
#include "catch.hpp"
#include "udrl/base/error.hpp"

using namespace udrl::lm;

namespace {

const std::vector<float> base{2.0F, 1.0F, 0.0F, -1.0F, 3.0F, -40.0F};

std::map<int, double> frequencies(const Sampling& sampling, const std::vector<std::int32_t>& banned = {}) {
  Sampler sampler(sampling, "test");
  std::map<int, double> seen;
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    auto logits = base;
    seen[sampler.draw(logits, banned).token] += 1.0 / draws;
  }
  return seen;
}

double probability(std::size_t token, double temperature) {
  double total = 0;
  for (const float x : base) total += std::exp(x / temperature);
  return std::exp(base[token] / temperature) / total;
}

Sampling at(double temperature) {
  Sampling sampling;
  sampling.temperature = temperature;
  return sampling;
}

}  // namespace

TEST_CASE("the fast exponential is close enough") {
  for (float x = -86; x <= 0; x += 0.37F) CHECK(fast_exp(x) == Approx(std::exp(static_cast<double>(x))).epsilon(2e-5));
  CHECK(fast_exp(-INFINITY) == 0.0F);
  CHECK(fast_exp(0.0F) == 1.0F);
  const std::vector<float> row(3001, 1.5F);
  CHECK(log_sum_exp(row) == Approx(1.5 + std::log(3001.0)).margin(1e-5));
}

TEST_CASE("draws follow the softmax at their temperature") {
  const double temperature = GENERATE(0.5, 1.0, 2.0);
  const auto seen = frequencies(at(temperature));
  for (const auto& [token, share] : seen) {
    CHECK(share == Approx(probability(static_cast<std::size_t>(token), temperature)).margin(0.015));
  }
  CHECK(seen.count(5) == 0);
}

TEST_CASE("temperature 0 takes the likeliest token, with its log-probability") {
  Sampler sampler(at(0), "x");
  auto logits = base;
  const Drawn drawn = sampler.draw(logits, {});
  CHECK(drawn.token == 4);
  CHECK(drawn.log_prob == Approx(std::log(probability(4, 1.0))).margin(1e-5));
}

TEST_CASE("top-p keeps the smallest set that is heavy enough") {
  Sampling sampling = at(1.0);
  sampling.top_p = probability(4, 1.0) + 0.01;  // the largest alone is not enough
  const auto seen = frequencies(sampling);
  CHECK(seen.size() == 2);
  CHECK(seen.count(4) == 1);
  CHECK(seen.count(0) == 1);
  sampling.top_p = probability(4, 1.0) - 0.01;
  CHECK(frequencies(sampling).size() == 1);
}

TEST_CASE("top-k keeps k, and top-p works within them") {
  Sampling sampling = at(1.5);
  sampling.top_k = 3;
  const auto seen = frequencies(sampling);
  CHECK(seen.size() == 3);
  CHECK(seen.count(1) == 1);
  sampling.top_p = 0.3;
  CHECK(frequencies(sampling).size() == 1);
  sampling.top_p = 1;
  sampling.top_k = 1000;
  CHECK(frequencies(sampling).size() == 5);
}

TEST_CASE("banned tokens are never drawn") {
  Sampling sampling = at(1.0);
  CHECK(frequencies(sampling, {4, 0}).count(4) == 0);
  sampling.top_p = 0.9;
  CHECK(frequencies(sampling, {4, 0}).count(4) == 0);
}

TEST_CASE("the repeat penalty makes a repeated token rarer and leaves its log-probability as it was") {
  Sampling sampling = at(0);
  sampling.repeat_penalty = 2.0;
  Sampler sampler(sampling, "x");
  auto first = base;
  CHECK(sampler.draw(first, {}).token == 4);
  auto second = base;
  CHECK(sampler.draw(second, {}).token == 0);  // 3 / 2 < 2
  auto third = base;
  const Drawn drawn = sampler.draw(third, {});  // 3 / 2 > 2 / 2 = 1
  CHECK(drawn.token == 4);
  CHECK(drawn.log_prob == Approx(std::log(probability(4, 1.0))).margin(1e-5));
}

TEST_CASE("the repeat penalty leaves what JSON repeats as it is") {
  Sampling sampling = at(0);
  sampling.repeat_penalty = 2.0;
  const TokenTexts texts{std::vector<bool>(6), {false, false, false, false, true, false}};
  Sampler sampler(sampling, "x", &texts);
  for (int i = 0; i < 3; ++i) {
    auto logits = base;
    CHECK(sampler.draw(logits, {}).token == 4);
  }
}

TEST_CASE("draws are a function of seed and id") {
  const auto text = [](std::uint64_t seed, const std::string& id) {
    Sampling sampling;
    sampling.seed = seed;
    Sampler sampler(sampling, id);
    std::vector<int> tokens;
    for (int i = 0; i < 20; ++i) {
      auto logits = base;
      tokens.push_back(sampler.draw(logits, {}).token);
    }
    return tokens;
  };
  CHECK(text(1, "a") == text(1, "a"));
  CHECK(text(1, "a") != text(2, "a"));
  CHECK(text(1, "a") != text(1, "b"));
}

TEST_CASE("logits that are not numbers are an error") {
  Sampler sampler(at(1), "x");
  std::vector<float> logits(5, NAN);
  CHECK_THROWS_AS(sampler.draw(logits, {}), udrl::Error);
}

TEST_CASE("logits that differ by rounding seldom change a draw") {
  Sampling sampling = at(0.8);
  sampling.top_p = 0.95;
  int changed = 0;
  constexpr int draws = 2000;
  for (int i = 0; i < draws; ++i) {
    udrl::RandomStream random(static_cast<std::uint64_t>(i), "logits");
    std::vector<float> logits(1000), rounded;
    for (float& logit : logits) logit = static_cast<float>(2 * random.normal());  // hundreds of nearly equal chances
    for (const float logit : logits) rounded.push_back(logit + static_cast<float>(1e-3 * random.normal()));
    const std::string id = std::to_string(i);
    changed += Sampler(sampling, id).draw(logits, {}).token != Sampler(sampling, id).draw(rounded, {}).token;
  }
  CHECK(changed < draws / 100);
}

namespace {

/// Shares of the tokens where some go on with a word.
std::map<int, double> spelt(const std::vector<bool>& continues_word, double spelling_temperature) {
  const TokenTexts texts{continues_word, std::vector<bool>(continues_word.size())};
  Sampling sampling = at(1.0);
  sampling.spelling_temperature = spelling_temperature;
  std::map<int, double> seen;
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    Sampler sampler(sampling, std::to_string(i), &texts);
    auto logits = base;
    const Drawn drawn = sampler.draw(logits, {});
    CHECK(drawn.log_prob ==
          Approx(std::log(probability(static_cast<std::size_t>(drawn.token), 1.0))).margin(1e-4));  // as they came
    seen[drawn.token] += 1.0 / draws;
  }
  return seen;
}

}  // namespace

TEST_CASE("within a word all tokens are drawn at the spelling's temperature") {
  auto seen = spelt({false, false, false, false, true, false}, 0.5);
  for (const int token : {0, 1, 4})
    CHECK(seen[token] == Approx(probability(static_cast<std::size_t>(token), 0.5)).margin(0.015));
}

TEST_CASE("behind a word only what would go on with it is colder") {
  auto seen = spelt({true, false, false, false, false, false}, 0.5);
  double total = 0;
  std::vector<double> weights;
  for (std::size_t i = 0; i < base.size(); ++i) {
    weights.push_back(std::exp((base[i] - base[4]) / (i == 0 ? 0.5 : 1.0)));
    total += weights.back();
  }
  for (const int token : {0, 1, 4})
    CHECK(seen[token] == Approx(weights[static_cast<std::size_t>(token)] / total).margin(0.015));
}

TEST_CASE("a spelling temperature that is higher than the other changes nothing") {
  auto seen = spelt({true, true, true, true, true, true}, 2.0);
  CHECK(seen[4] == Approx(probability(4, 1.0)).margin(0.015));
}

TEST_CASE("a token within a word that comes again and again is a loop, and ends") {
  Sampling sampling = at(1.0);
  sampling.spelling_temperature = 0.3;
  const auto longest_run_of_4 = [&](bool within_word) {
    const TokenTexts texts{{false, false, false, false, within_word, false}, std::vector<bool>(6)};
    Sampler sampler(sampling, "test", &texts);
    int run = 0, longest = 0;
    for (int i = 0; i < 40; ++i) {
      std::vector<float> logits{0, 0, 0, 0, 50, 0};
      run = sampler.draw(logits, {}).token == 4 ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    return longest;
  };
  CHECK(longest_run_of_4(true) == 6);
  CHECK(longest_run_of_4(false) == 40);  // "- - - -" may be meant
}

TEST_CASE("the first eight tokens are drawn at the opening's temperature, where it is higher") {
  constexpr int answers = 4000;
  const auto share_of_likeliest = [](double temperature, double opening, int place) {
    Sampling sampling = at(temperature);
    sampling.opening_temperature = opening;
    int likeliest = 0;
    for (int i = 0; i < answers; ++i) {
      Sampler sampler(sampling, std::to_string(i));
      for (int k = 0; k <= place; ++k) {
        auto logits = base;
        const auto token = sampler.draw(logits, {}).token;
        if (k == place) likeliest += token == 4 ? 1 : 0;
      }
    }
    return static_cast<double>(likeliest) / answers;
  };
  for (const int place : {0, 7}) CHECK(share_of_likeliest(0.5, 2.0, place) == Approx(probability(4, 2.0)).margin(0.03));
  CHECK(share_of_likeliest(0.5, 2.0, 8) == Approx(probability(4, 0.5)).margin(0.03));
  CHECK(share_of_likeliest(1.0, 0.5, 0) == Approx(probability(4, 1.0)).margin(0.03));
  CHECK(share_of_likeliest(1.0, 0.0, 0) == Approx(probability(4, 1.0)).margin(0.03));
}

TEST_CASE("an opening temperature must be in range") {
  Sampling sampling = at(1.0);
  sampling.opening_temperature = -1;
  CHECK_THROWS_AS(check_sampling(sampling), udrl::Error);
}

TEST_CASE("a temperature too low to divide by is refused, not drawn with") {
  for (double Sampling::*which :
       {&Sampling::temperature, &Sampling::spelling_temperature, &Sampling::opening_temperature}) {
    Sampling sampling = at(1.0);
    sampling.*which = 1e-40;
    CHECK_THROWS_AS(check_sampling(sampling), udrl::Error);
    for (const double good : {0.0, 1e-6, 100.0}) {
      sampling.*which = good;
      CHECK_NOTHROW(check_sampling(sampling));
    }
  }
}

// What damage shows of a scorer, with embedders that see all of it, or only one half.
#include "udrl/score/damage.hpp"

#include "catch.hpp"
#include "udrl/base/random.hpp"
#include "word_sums.hpp"

using namespace udrl;
using namespace udrl::score;

namespace {

constexpr int subjects = 60;

/// "topic7" and "about7x3" point the same way; every other word nowhere in particular.
class Embedder : public lm::LanguageModel {
 public:
  double topic = 14, about = 1;  ///< how heavy a name and a word about it are
  const lm::ModelInfo& info() const override { return info_; }
  lm::Throughput complete(const lm::RequestSource&, const lm::CompletionSink&) override { return {}; }
  lm::Prompt chat(std::span<const lm::Message>) const override { return {}; }
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override {
    return udrl::testing::word_sums(texts,
                                    [this](const std::string& word, std::vector<double>& sum) { add(word, sum); });
  }

 private:
  void add(const std::string& word, std::vector<double>& sum) const {
    const bool is_topic = word.starts_with("topic"), is_about = word.starts_with("about");
    RandomStream random(11, is_topic || is_about ? word.substr(5, word.find('x') - 5) : word);
    for (double& x : sum) x += (is_topic ? topic : is_about ? about : 0.3) * random.normal();
  }
  lm::ModelInfo info_{"embedder", "none", "", 1000, 512, 0, "00"};
};

GateAnswers answers() {
  GateAnswers out{{}, {"image"}, subjects};
  for (int s = 0; s < subjects; ++s) {
    GateAnswer answer;
    const std::string name = "topic" + std::to_string(s);
    answer.intent.intent = name + " poster", answer.intent.subject = name;
    answer.text = "A " + name + " with";
    for (int k = 0; k < 8; ++k) answer.text += " about" + std::to_string(s) + "x" + std::to_string(k);
    answer.subject = static_cast<std::size_t>(s);
    answer.content_free = {answer.intent.intent + ", in soft light"};
    out.answers.push_back(answer);
  }
  return out;
}

TaskDamage measured(Embedder embedder, const GateAnswers& on = answers()) {
  Resources resources;
  resources.models["embedder"] = &embedder;
  Observer silent;
  const Damage damage = measure_damage(on, "relevance", {300, 1}, resources, silent);
  REQUIRE(damage.why_not.empty());
  return damage.tasks.front();
}

}  // namespace

TEST_CASE("a scorer that sees what an answer is about and what it says is valid for both halves") {
  const TaskDamage d = measured({});
  CHECK(d.why_not[Half::fidelity] == "");
  CHECK(d.why_not[Half::elaboration] == "");
  CHECK(d.with_subject == subjects);
  for (std::size_t s = 1; s < damage_shares.size(); ++s)
    CHECK(d.words[s][Half::elaboration].value < d.words[s - 1][Half::elaboration].value);
  CHECK(d.words.back()[Half::elaboration].value < 0.15);
  CHECK(d.words.back()[Half::fidelity].value > 0.7);
  CHECK(d.subject[Half::fidelity].value < 0.5);
  CHECK(d.subject[Half::elaboration].value > 0.9);
}

TEST_CASE("a scorer that hears names alone cannot judge elaboration") {
  Embedder names;
  names.about = 0;
  const TaskDamage d = measured(names);
  CHECK(d.is_valid(Half::fidelity));
  CHECK_FALSE(d.is_valid(Half::elaboration));
}

TEST_CASE("a scorer that takes elaboration for fidelity cannot judge fidelity") {
  Embedder words;
  words.topic = 1;
  const TaskDamage d = measured(words);
  CHECK_FALSE(d.is_valid(Half::fidelity));
  CHECK(d.is_valid(Half::elaboration));
}

TEST_CASE("few answers show nothing, and answers without content-free ones cannot be counted") {
  GateAnswers few = answers();
  few.answers.resize(19);
  const TaskDamage d = measured({}, few);
  for (const Half half : halves) CHECK(d.why_not[half].find("fewer than 20") != std::string::npos);
  GateAnswers none = answers();
  none.answers[3].content_free.clear();
  Embedder embedder;
  Resources resources;
  resources.models["embedder"] = &embedder;
  Observer silent;
  CHECK(measure_damage(none, "relevance", {300, 1}, resources, silent).why_not.find("content-free") !=
        std::string::npos);
}

TEST_CASE("the share of wrong answers that is told falls with their number, and with noise rises") {
  const auto told = [](std::size_t n, double noise) {
    std::vector<double> own, others;
    std::vector<std::size_t> clusters;
    RandomStream random(3, "values");
    for (std::size_t i = 0; i < n; ++i) {
      own.push_back(1 + noise * random.normal());
      others.push_back(noise * random.normal());
      clusters.push_back(i);
    }
    return smallest_share_told(own, others, clusters, draw_resamples(n, 500, 1), 1);
  };
  CHECK(told(1000, 0.1) < 0.01);
  CHECK(told(1000, 1) < 0.03);
  CHECK(told(100, 1) > told(1000, 1));
  CHECK(told(200, 3) > told(200, 0.5));
  CHECK(told(50, 100) == 1);
}

// Hidden benchmarks ([.bench]): embedding and reading as the score stage does them. Not for: correctness.
//
//     UDRL_BENCH_RECORDS=FOLDER [UDRL_BENCH_COSINES=FILE] [UDRL_BENCH_WEIGHTS=bf16]
//     build/release/tests/score/test_score "[.bench]"
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "catch.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/score/scorer.hpp"

using namespace udrl;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t block = 512, examples = 8;

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::unique_ptr<lm::LanguageModel> open(const std::string& file) {
  lm::ModelOptions options;
  options.gguf = fs::path(UDRL_SOURCE_DIR) / "models" / file;
  if (const std::string weights = setting("UDRL_BENCH_WEIGHTS"); !weights.empty())
    options.weights = from_name<lm::WeightsKind>(weights).value();
  auto model = lm::open_model(options);
  return model;
}

/// Passes on, and adds up what was computed.
class Counting final : public lm::LanguageModel {
 public:
  explicit Counting(lm::LanguageModel& model) : model_(model) {}
  const lm::ModelInfo& info() const override { return model_.info(); }
  lm::Throughput complete(const lm::RequestSource& next, const lm::CompletionSink& done) override {
    return model_.complete(next, done);
  }
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override { return model_.embed(texts); }
  lm::Prompt chat(std::span<const lm::Message> messages) const override { return model_.chat(messages); }
  lm::Likelihoods log_probs(std::span<const lm::Continuation> items) override {
    lm::Likelihoods out = model_.log_probs(items);
    tokens += out.throughput.prompt_tokens;
    return out;
  }
  std::uint64_t tokens = 0;

 private:
  lm::LanguageModel& model_;
};

/// Seconds to score all, block by block.
double seconds_to_score(score::ScorerSet& scorers, std::span<const data::Record> records,
                        std::vector<score::Values>& values) {
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t first = 0; first < records.size(); first += block) {
    const auto some = records.subspan(first, std::min(block, records.size() - first));
    for (auto& value : scorers.score(score::answers_of(some))) values.push_back(std::move(value));
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("embedding", "[.bench]") {
  const auto records = data::read_records(setting("UDRL_BENCH_RECORDS"));
  const auto model = open("all-minilm-l6-v2.f32.gguf");
  score::ScorerSet scorers({"relevance"}, model.get());
  std::set<std::string> texts;
  for (const auto& record : records) {
    texts.insert(record.answer);
    texts.insert(record.intent.intent);
  }
  std::vector<score::Values> values;
  const double seconds = seconds_to_score(scorers, records, values);
  std::cout << "embedding: " << texts.size() << " texts in " << seconds << " s\n";
  const std::string file = setting("UDRL_BENCH_COSINES");
  if (file.empty()) return;
  std::ofstream out(file);
  for (std::size_t i = 0; i < records.size(); ++i) {
    out << data::Json{{"intent", records[i].intent.intent},
                      {"answer", records[i].answer},
                      {"cosine", values[i].at("relevance")}}
               .dump()
        << "\n";
  }
  CHECK(out.good());
}

TEST_CASE("pmi", "[.bench]") {
  auto records = data::read_records(setting("UDRL_BENCH_RECORDS"));
  const auto model = open("smollm2-135m-instruct.q4_1.gguf");
  Counting counting(*model);
  score::Resources resources;
  resources.models = {{"pmi", &counting}};
  for (const auto& record : records) {
    auto& guide = resources.tasks[record.task];
    if (guide.examples.size() < examples) guide.examples.emplace_back(record.intent.intent, record.answer);
  }
  score::ScorerSet scorers({"pmi"}, resources);
  std::vector<score::Values> values;
  scorers.score(score::answers_of({records.data(), 1}));  // the context is made
  counting.tokens = 0;
  const double seconds = seconds_to_score(scorers, records, values);
  std::cout << "pmi: " << counting.tokens << " tokens of " << records.size() << " answers in " << seconds << " s\n";
  CHECK(values.size() == records.size());
}

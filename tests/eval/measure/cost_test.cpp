// Costs: round trip, and which requests are timed.
#include "measure/cost.hpp"

#include <fstream>

#include "base/process/notes.hpp"
#include "catch.hpp"
#include "data/broken_json.hpp"
#include "eval/fixtures.hpp"
#include "lm/fake_model.hpp"
#include "measure/best_of_cost.hpp"

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;
using lm::testing::FakeModel;

namespace {

Cost cost() {
  Cost c;
  c.identity = "abc";
  c.asked_requests = 24;
  c.model = {"m", "gpt2", "F16", 5'900'000, 128, 12, "abc"};
  c.file_bytes = 12;
  c.peak_bytes = 34;
  c.processor = processor_description();
  c.threads = compute_threads();
  c.asked_clients = {8};
  c.latency = {1, 2, 24, 0.1, 0.2, 0.01, 0.02, 150};
  c.loads = {{1, 1, 24, 0.2, 0.3, 0.02, 0.03, 80}, {8, 2, 24, 0.4, 0.6, 0.1, 0.2, 400}};
  c.best_of = BestOfCost{8,
                         "def",
                         {"r", "bert", "F32", 22'000'000, 512, 90, "def"},
                         {1, 2, 24, 0.1, 0.2, 0.1, 0.2, 900},
                         {1, 1, 24, 0.2, 0.3, 0.2, 0.3, 500}};
  c.batch = ServedBatch{32, 200, 5000, 10};
  return c;
}

/// Two prefixes a task: every third case has the rarer one.
class TwoPrefixes : public OpenSystem {
 public:
  FakeModel fake;
  lm::LanguageModel& model() override { return fake; }
  lm::Request request(const Row&, const Case& c) const override { return {c.id, {}, 0, {}}; }
  std::size_t prefix_group(const Row&, const Case& c) const override {
    return c.task_index * 2 + (c.cluster % 3 == 0 ? 1 : 0);
  }
  std::optional<int> asked_return(const Row&, const Case&) const override { return std::nullopt; }
  std::string kept(const Case&, const std::string& written) const override { return written; }
};

}  // namespace

TEST_CASE("costs survive a round trip") {
  const Cost back = cost_from_json(to_json(cost()));
  CHECK(to_json(back) == to_json(cost()));
  CHECK(back.batch->tokens_per_s() == Approx(500));
  CHECK_THROWS_AS(cost_from_json({{"model", 3}}), Error);
}

TEST_CASE("latency is measured on cases that share a prefix, task by task") {
  TwoPrefixes system;
  const auto cases = latency_cases(system, {}, case_set(9, 1), 5);
  REQUIRE(cases.size() == 5);
  for (const Case& c : cases) CHECK(system.prefix_group({}, c) % 2 == 0);
  CHECK(cases[2].task_index == 0);
  CHECK(cases[3].task_index == 1);
}

TEST_CASE("costs of another model or setting are measured again") {
  TempFolder folder;
  const auto file = folder.path() / "m.json", gguf = folder.path() / "m.gguf";
  std::ofstream(gguf) << "weights";
  System system;
  system.model.gguf = gguf;
  system.rows = {row("m-greedy", RowKind::model)};
  CostOptions options;
  lm::ModelOptions ranker;
  ranker.gguf = gguf;
  Observer silent;
  CHECK_FALSE(read_cost(file, system, options, ranker, silent));
  Cost c = cost();
  c.row = "m-greedy";
  c.identity = cost_identity(system);
  c.best_of.reset();
  write_file_atomic(file, to_json(c).dump());
  CHECK(read_cost(file, system, options, ranker, silent));
  options.latency_requests = 25;
  CHECK_FALSE(read_cost(file, system, options, ranker, silent));
  options.latency_requests = 24;
  options.clients = {8, 64};
  CHECK_FALSE(read_cost(file, system, options, ranker, silent));
  options.clients = {8};
  system.rows.front().name = "m-sampled";
  CHECK_FALSE(read_cost(file, system, options, ranker, silent));
  system.rows.front().name = "m-greedy";
  std::ofstream(gguf) << "other weights";
  CHECK_FALSE(read_cost(file, system, options, ranker, silent));
}

TEST_CASE("the best of several costs something else by another critic, and by the embedder") {
  TempFolder folder;
  const auto file = folder.path() / "s.json", gguf = folder.path() / "student.gguf";
  const auto write_critic = [&](const std::string& text) { std::ofstream(folder.path() / "critic.json") << text; };
  std::ofstream(gguf) << "weights";
  write_critic("one");
  System system;
  system.is_student = true;
  system.model.gguf = gguf;
  system.rows = {row("student-top", RowKind::student), row("student-best", RowKind::student)};
  Row& best = system.rows.back();
  best.best_of = 8;
  best.rank_by = inference::RankBy::critic;
  lm::ModelOptions embedder;
  embedder.gguf = gguf;
  Cost c = cost();
  c.row = "student-top";
  c.identity = cost_identity(system);
  c.best_of->identity = ranker_identity(system, best, embedder);
  write_file_atomic(file, to_json(c).dump());
  Observer silent;
  const auto known = [&] { return read_cost(file, system, {}, embedder, silent).has_value(); };
  CHECK(known());
  embedder.gguf = "not-there.gguf";  // is not even looked at
  CHECK(known());
  embedder.gguf = gguf;
  best.rank_by = inference::RankBy::fit;
  CHECK(ranker_identity(system, best, embedder) == identity_of(embedder));
  CHECK_FALSE(known());
  best.rank_by = inference::RankBy::both;
  CHECK_FALSE(known());
  best.rank_by = inference::RankBy::critic;
  write_critic("another");
  CHECK_FALSE(known());
}

TEST_CASE("Costs that are damaged are measured again, and the user is told why") {
  TempFolder folder;
  System system;
  system.rows = {row("m-greedy", RowKind::model)};
  Cost whole = cost();
  whole.row = "m-greedy";
  whole.identity = cost_identity(system);
  const auto told = [&] {
    test::Notes notes;
    const bool known = read_cost(folder / "m.json", system, {}, {}, notes).has_value();
    CHECK(known == notes.all.empty());
    return notes.all;
  };
  test::check_broken_is_told(to_json(whole), (folder / "m.json").string(),
                             [&](const std::string& text) { folder.file("m.json", text); }, told,
                             {{"/batch", "/best_of"}, {"/batch/tokens_per_s"}});
}

// Returns achieved: made as tag made them, and placed among the draws of the same intent.
#include "measure/steering.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

/// A return is (relevance − 0.5) / 0.1; of all training returns, quantile k lies at k − 50.
command::Fitted fitted(command::ReturnKind kind) {
  command::Fitted f;
  f.bins = 5;
  f.kind = kind;
  f.weights = {{"relevance", 1.0}};
  command::FittedTask task;
  task.name = "image";
  task.scorers = {{"relevance", {0.5, 0.1}}, {"copying", {0, 1}}};
  for (int k = 0; k <= 100; ++k) task.quantiles.push_back(k - 50);
  f.tasks = {task};
  return f;
}

struct World {
  TempFolder folder;
  CaseSet set = one_case("tea shop logo", "tea shop");
  std::vector<MeasuredRow> rows;

  /// One case whose intent has `draws`, answered with this relevance.
  World(const std::vector<double>& draws, double relevance) {
    std::vector<data::Record> records;
    for (std::size_t i = 0; i < draws.size(); ++i) {
      records.push_back(record(set.cases.front().intent, "image", "draw " + std::to_string(i)));
      records.back().return_value = draws[i];
    }
    write_split(folder.path() / "test", records);
    Measured m;
    m.answer.text = "a cup of tea";
    m.words = 4;
    m.relevance = {{relevance, 0}};
    rows = {{row("student-top", RowKind::student), {m}}, {row("teacher", RowKind::model), {m}}};
  }

  std::string add(const command::Fitted& f, ScorerRole role = ScorerRole::label) {
    return add_achieved(rows, set, f, {{"minilm", "relevance", role, "aa"}}, {folder.path() / "test"});
  }
  std::optional<double> achieved() const { return rows[0].answers[0].achieved; }
};

}  // namespace

TEST_CASE("an advantage is placed among the draws of its own intent") {
  World world({-2, -1, 0, 1, 2}, 0.55);  // a return of 0.5: three of five draws lie below
  CHECK(world.add(fitted(command::ReturnKind::advantage)).empty());
  CHECK(world.achieved() == Approx(0.6));
  CHECK_FALSE(world.rows[1].answers[0].achieved);  // a teacher is asked for no return
}

TEST_CASE("few draws, or a global return, are placed among all that trained") {
  World few({-2, 2}, 0.55);
  few.add(fitted(command::ReturnKind::advantage));
  CHECK(*few.achieved() == Approx(0.505).margin(0.001));
  World global({-2, -1, 0, 1, 2}, 0.55);
  global.add(fitted(command::ReturnKind::global));
  CHECK(*global.achieved() == Approx(0.505).margin(0.001));
}

TEST_CASE("without the labels' own scorer nothing is achieved, and it is said") {
  World world({-2, -1, 0, 1, 2}, 0.55);
  CHECK(world.add(fitted(command::ReturnKind::advantage), ScorerRole::same_kind).find("'relevance'") !=
        std::string::npos);
  CHECK_FALSE(world.achieved());
}

TEST_CASE("an invalid answer has no return") {
  World world({-2, -1, 0, 1, 2}, 0.55);
  world.rows[0].answers[0].broken_rule = "list";
  world.add(fitted(command::ReturnKind::advantage));
  CHECK_FALSE(world.achieved());
}

TEST_CASE("percentiles fall into bins") {
  CHECK(bin_of_percentile(0.0, 5) == 0);
  CHECK(bin_of_percentile(0.59, 5) == 2);
  CHECK(bin_of_percentile(1.0, 5) == 4);
}

// Hidden ([.simulation]): how often does the rule of the verdict say PASS for a student whose true ratios are known?
// The cases of a real evaluation are the population: each run draws its subjects with replacement, and a student is the
// teacher's second draw, moved so that its ratios over the population are what is wanted. One scorer, both halves.
//
//     UDRL_SIMULATION=OUT/measured.jsonl UDRL_SIMULATION_SCORER=NAME [UDRL_SIMULATION_RUNS=10000]
//     build/release/tests/eval/test_eval "[.simulation]"
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "udrl/base/table.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

std::string setting(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

/// What one case's answers count with.
struct Values {
  Halves<double> student, reference, zero;
};

/// The population, case by case within subjects.
struct Population {
  std::vector<std::vector<Values>> by_subject;
  std::size_t cases() const {
    std::size_t n = 0;
    for (const auto& values : by_subject) n += values.size();
    return n;
  }
  double mean(Half half, Halves<double> Values::*of) const {
    double sum = 0;
    for (const auto& values : by_subject)
      for (const Values& v : values) sum += (v.*of)[half];
    return sum / static_cast<double>(cases());
  }
};

using Rows =
    std::map<std::string, std::map<std::string, std::pair<std::string, Halves<double>>>>;  // row, case, subject

Rows read_rows(const std::string& file, const std::string& scorer) {
  Rows rows;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    const data::Json json = data::Json::parse(line);
    if (json.at("part") != "test" && json.at("part") != "valid") continue;
    const data::Json& values = json.at("relevance").at(scorer);
    Halves<double> halves_of;
    halves_of[Half::fidelity] = values.at("fidelity"), halves_of[Half::elaboration] = values.at("elaboration");
    rows[json.at("row")][json.at("case")] = {json.at("subject"), halves_of};
  }
  return rows;
}

/// Of the content-free controls the one that scores best over all.
std::string best_zero(const Rows& rows) {
  const auto total = [&](const std::string& row) {
    double sum = 0;
    for (const auto& [id, value] : rows.at(row)) sum += value.second[Half::elaboration];
    return sum;
  };
  return total(intent_frame_row) > total(intent_tail_row) ? intent_frame_row : intent_tail_row;
}

Population population(const Rows& rows, const std::string& reference, const std::string& again) {
  std::map<std::string, std::vector<Values>> by_subject;
  const std::string zero = best_zero(rows);
  for (const auto& [id, own] : rows.at(reference)) {
    Values values;
    values.reference = own.second;
    values.student = rows.at(again).at(id).second;
    values.zero[Half::fidelity] = rows.at(shuffled_row).at(id).second[Half::fidelity];
    values.zero[Half::elaboration] = rows.at(zero).at(id).second[Half::elaboration];
    by_subject[own.first].push_back(values);
  }
  Population out;
  for (auto& [subject, values] : by_subject) out.by_subject.push_back(std::move(values));
  return out;
}

/// Moves every student's value by as much, so that the population's ratio is this.
void move_to(Population& population, Half half, double ratio) {
  const double zero = population.mean(half, &Values::zero), reference = population.mean(half, &Values::reference);
  const double move = zero + ratio * (reference - zero) - population.mean(half, &Values::student);
  for (auto& values : population.by_subject)
    for (Values& v : values) v.student[half] += move;
}

Verdict verdict_of_run(const Population& population, const std::vector<std::size_t>& subjects,
                       const score::Resamples& resamples) {
  std::vector<Verdict> verdicts;
  for (const Half half : halves) {
    const auto mean = [&](Halves<double> Values::*of) {
      score::Column column{std::vector<double>(subjects.size()), std::vector<double>(subjects.size())};
      for (std::size_t s = 0; s < subjects.size(); ++s)
        for (const Values& v : population.by_subject[subjects[s]]) column.sums[s] += (v.*of)[half], ++column.counts[s];
      return resampled_mean(column, resamples);
    };
    const Compared compared{mean(&Values::student), mean(&Values::reference), mean(&Values::zero)};
    verdicts.push_back(judge(compared, 0.95).verdict);
  }
  return together(verdicts);
}

struct Counts {
  int pass = 0, fail = 0, other = 0;
};

Counts simulate(const Population& population, std::size_t subjects, int runs) {
  Counts counts;
  RandomStream random(11, "simulation");
  for (int run = 0; run < runs; ++run) {
    std::vector<std::size_t> drawn;
    for (std::size_t s = 0; s < subjects; ++s) drawn.push_back(random.below(population.by_subject.size()));
    const auto resamples = score::draw_resamples(subjects, 1000, static_cast<std::uint64_t>(run));
    switch (verdict_of_run(population, drawn, resamples)) {
      case Verdict::pass: ++counts.pass; break;
      case Verdict::fail: ++counts.fail; break;
      default: ++counts.other;
    }
  }
  return counts;
}

}  // namespace

TEST_CASE("how often a student passes whose ratios are known", "[.simulation]") {
  const std::string file = setting("UDRL_SIMULATION", ""), scorer = setting("UDRL_SIMULATION_SCORER", "");
  REQUIRE_FALSE(file.empty());
  const int runs = std::stoi(setting("UDRL_SIMULATION_RUNS", "10000"));
  const std::string model = setting("UDRL_SIMULATION_MODEL", "qwen2.5-coder-0.5b-instruct");
  const Rows rows = read_rows(file, scorer);
  Population people = population(rows, model + "-greedy", model + "-sampled");
  const std::size_t all = people.by_subject.size();
  std::cout << scorer << ": population of " << people.cases() << " cases about " << all << " subjects\n";
  struct World {
    double fidelity, elaboration;
    std::size_t subjects;
  };
  std::vector<World> worlds{{1.2, 0.95, all}, {0.95, 1.2, all}, {0.95, 0.95, all}};
  for (const std::size_t times : {1, 2, 4, 8, 16, 32}) worlds.push_back({1.0, 1.0, times * all});
  for (const World& world : worlds) {
    move_to(people, Half::fidelity, world.fidelity);
    move_to(people, Half::elaboration, world.elaboration);
    const int of_world = world.subjects > all ? std::min(runs, 500) : runs;
    const Counts counts = simulate(people, world.subjects, of_world);
    const auto share = [&](int n) { return fixed(100.0 * n / of_world, 1) + "%"; };
    std::cout << "fidelity " << world.fidelity << ", elaboration " << world.elaboration << ", " << world.subjects
              << " subjects, " << of_world << " runs: PASS " << share(counts.pass) << ", FAIL " << share(counts.fail)
              << ", else " << share(counts.other) << "\n"
              << std::flush;
    if (world.fidelity == 0.95 || world.elaboration == 0.95)
      CHECK(counts.pass <= 0.05 * of_world + 2 * std::sqrt(0.05 * 0.95 * of_world));
  }
}

// Systems files and the rows they give.
#include "udrl/eval/systems.hpp"

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/critic.hpp"

using namespace udrl;
using namespace udrl::eval;
using udrl::eval::testing::TempFolder;

namespace {

std::string write(const TempFolder& folder, const std::string& name, const std::string& content) {
  const auto file = folder.path() / (name + ".toml");
  std::ofstream(file) << content;
  return file.string();
}

/// A folder with what counts as a student here, and its critic if it has one.
std::string student_in(const TempFolder& folder, const std::string& name, bool with_critic) {
  const auto home = folder.path() / name;
  std::filesystem::create_directories(home);
  std::ofstream(home / student::files::gguf) << name;
  const student::Critic critic{sha256_file(home / student::files::gguf), 0.1, {0.2, 0.3}, {}};
  if (with_critic) student::save(critic, home / student::files::critic);
  return home.string();
}

/// Of the main student, at its best of four.
Row best_row(const SystemsOptions& options) {
  const auto systems = load_systems(options);
  for (const Row& row : systems.front().rows)
    if (row.best_of > 1) return row;
  throw std::logic_error("no best of several");
}

const std::string tiny = "name = \"tiny\"\ntitle = \"Tiny Model Q4\"\n[model]\ngguf = \"tiny.gguf\"\n";

}  // namespace

TEST_CASE("a system gives a row for each decoding") {
  TempFolder folder;
  const System system = load_system(write(folder, "tiny", "temperature = 0.6\nparameters = 7\n" + tiny), {});
  REQUIRE(system.rows.size() == 2);
  CHECK(system.parameters == 7);
  CHECK(system.rows[0].name == "tiny-greedy");
  CHECK(system.rows[0].sampling.temperature == 0.0);
  CHECK(system.rows[1].title == "Tiny Model Q4, sampled");
  CHECK(system.rows[1].sampling.temperature == Approx(0.6));
}

TEST_CASE("a model is asked with examples and without, and for the best of several answers") {
  TempFolder folder;
  const std::string keys = "decodings = [\"greedy\", \"best-of-n\"]\nbest_of = 4\nshots = [\"few\", \"zero\"]\n";
  const System system = load_system(write(folder, "tiny", keys + tiny), {});
  REQUIRE(system.rows.size() == 4);
  CHECK(system.rows[1].name == "tiny-best-of-4");
  CHECK(system.rows[2].name == "tiny-greedy-zero-shot");
  CHECK_FALSE(system.rows[2].few_shot);
  CHECK(system.rows[3].title == "Tiny Model Q4, best of 4, zero-shot");
  const auto draws = asked_rows(system.rows[1]);
  REQUIRE(draws.size() == 4);
  CHECK(draws[3].name == "tiny-best-of-4@4");
  CHECK(draws[3].best_of == 1);
  CHECK(asked_rows(system.rows[0]).front().name == "tiny-greedy");
}

TEST_CASE("a further student is asked as the main one is, unless its file says otherwise") {
  TempFolder folder;
  SystemsOptions options;
  options.tagged = "runs/x/tagged";
  options.decoding.temperature = 0.4;
  const std::string sft = "name = \"sft\"\ntitle = \"SFT\"\nstudent = \"runs/sft\"\n";
  const System system = load_system(write(folder, "sft", sft + "returns = [\"any\", \"3\"]\n"), options);
  CHECK(system.is_student);
  CHECK(system.folder() == "runs/sft");
  CHECK(system.tagged == options.tagged);
  REQUIRE(system.rows.size() == 2);
  CHECK(system.rows[0].name == "sft-any");
  CHECK(system.rows[1].asked_return == "3");
  CHECK(system.rows[1].sampling.temperature == Approx(0.4));
  CHECK(load_system(write(folder, "warm", sft + "temperature = 0.9\n"), options).rows[0].sampling.temperature ==
        Approx(0.9));
  CHECK_THROWS_AS(load_system(write(folder, "both", sft + "[model]\ngguf = \"x.gguf\"\n"), options), Error);
  CHECK_THROWS_AS(load_system(write(folder, "neither", "name = \"x\"\ntitle = \"x\"\n"), options), Error);
  CHECK_THROWS_AS(load_system(write(folder, "seeds", "seeds = [\"a\"]\n" + tiny), options), Error);
}

TEST_CASE("the teacher is asked with its examples where it is asked with and without") {
  TempFolder folder;
  SystemsOptions options;
  options.student = "runs/x/student";
  options.files = {write(folder, "tiny", "shots = [\"zero\", \"few\"]\ntemperatures = [0.5]\n" + tiny)};
  const auto systems = load_systems(options);
  CHECK(reference_row(systems, "") == "tiny-greedy");
  CHECK(shuffled_source(systems) == "tiny-sampled");
}

TEST_CASE("the best of equal answers is refused") {
  SystemsOptions options;
  options.student = "runs/x/student";
  options.decoding.temperature = 0;
  CHECK_NOTHROW(student_system(options));
  options.decoding.best_of = 4;
  CHECK_THROWS_AS(student_system(options), Error);
}

TEST_CASE("the best of a student's answers is chosen by its critic where it has one, else by the embedder") {
  TempFolder folder;
  SystemsOptions options;
  options.second_draw = false;
  options.decoding.best_of = 4;
  options.student = student_in(folder, "plain", false);
  CHECK(best_row(options).rank_by == inference::RankBy::fit);
  CHECK(best_row(options).title == "udrl student, top return, best of 4");
  options.student = student_in(folder, "own", true);
  const Row own = best_row(options);
  CHECK(own.rank_by == inference::RankBy::critic);
  CHECK(own.name == "student-top-best-of-4");
  CHECK(own.title == "udrl student, top return, best of 4 by its critic");
  CHECK_FALSE(own.reads_embedder());
  for (const Row& draw : asked_rows(own)) CHECK(draw.reads_critic());
  CHECK(own.sampling.temperature == Approx(options.decoding.draft_temperature));
  CHECK(own.sampling.opening_temperature == Approx(options.decoding.draft_opening_temperature));
  CHECK(load_systems(options).front().rows.front().sampling.opening_temperature == 0);
  CHECK_FALSE(load_systems(options).front().rows.front().reads_critic());
  options.decoding.rank_by = inference::RankBy::fit;
  CHECK(best_row(options).rank_by == inference::RankBy::fit);
  options.decoding.rank_by = inference::RankBy::both;
  CHECK(best_row(options).title == "udrl student, top return, best of 4 by its critic and the embedder");
  CHECK((best_row(options).reads_critic() && best_row(options).reads_embedder()));
}

TEST_CASE("a critic that is asked for and is not there is refused") {
  TempFolder folder;
  SystemsOptions options;
  options.second_draw = false;
  options.student = student_in(folder, "plain", false);
  options.decoding.rank_by = inference::RankBy::critic;
  CHECK_NOTHROW(load_systems(options));  // it has nothing to choose
  options.decoding.best_of = 4;
  CHECK_THROWS_AS(load_systems(options), Error);
  options.student = student_in(folder, "own", true);
  CHECK_NOTHROW(load_systems(options));
  std::ofstream(options.student / student::files::gguf) << "trained on";  // the critic is of what it was before
  CHECK_THROWS_AS(load_systems(options), Error);
}

TEST_CASE("all seeds' answers are chosen alike") {
  TempFolder folder;
  SystemsOptions options;
  options.second_draw = false;
  options.decoding.best_of = 4;
  options.student = student_in(folder, "own", true);
  options.student_seeds = {student_in(folder, "second", true)};
  CHECK(load_systems(options)[1].rows.back().reads_critic());
  options.student_seeds.push_back(student_in(folder, "third", false));
  for (const System& system : load_systems(options))
    for (const Row& row : system.rows) CHECK_FALSE(row.reads_critic());
}

TEST_CASE("a further student's file may say what chooses its best; a model has no critic") {
  TempFolder folder;
  SystemsOptions options;
  options.second_draw = false;
  options.student = student_in(folder, "plain", false);
  const std::string other =
      "name = \"other\"\ntitle = \"Other\"\ndecodings = [\"sampled\", \"best-of-n\"]\nstudent = \"" +
      student_in(folder, "own", true) + "\"\n";
  const auto rank_by = [&](const std::string& key) {
    options.files = {write(folder, "other", key + other)};
    return load_systems(options)[1].rows.back().rank_by;
  };
  CHECK(rank_by("") == inference::RankBy::critic);
  CHECK(rank_by("rank_by = \"fit\"\n") == inference::RankBy::fit);
  CHECK_THROWS_AS(rank_by("rank_by = \"likelihood\"\n"), Error);
  options.decoding.rank_by = inference::RankBy::both;
  CHECK(rank_by("") == inference::RankBy::both);
  CHECK_THROWS_AS(load_system(write(folder, "model", "rank_by = \"critic\"\n" + tiny), options), Error);
  const std::string best = "decodings = [\"greedy\", \"best-of-n\"]\n";
  CHECK(load_system(write(folder, "model", best + tiny), options).rows[1].rank_by == inference::RankBy::fit);
}

TEST_CASE("what chooses the best is an option; the likelihood is none of it") {
  const auto read = [](const std::string& name) {
    EvalOptions options;
    OptionSet set;
    declare(set, options);
    std::string help;
    set.parse({"--student", "s", "--tagged", "t", "--systems", "x.toml", "--out", "o", "--decoding.rank-by", name},
              "udrl-eval", &help);
    set.validate();
    return options.systems.decoding.rank_by;
  };
  CHECK(EvalOptions{}.systems.decoding.rank_by == inference::RankBy::automatic);
  CHECK(read("critic") == inference::RankBy::critic);
  CHECK(read("fit") == inference::RankBy::fit);
  CHECK_THROWS_AS(read("likelihood"), Error);
}

TEST_CASE("draws and other seeds are replicates of the first row") {
  TempFolder folder;
  SystemsOptions options;
  options.student = "runs/x/student";
  options.student_seeds = {"runs/x/student-2"};
  options.draws = 2;
  options.files = {write(folder, "tiny", tiny)};
  const auto systems = load_systems(options);
  REQUIRE(systems.size() == 3);
  CHECK(systems[0].rows.size() == 4);  // top, lowest, and each again
  CHECK(systems[1].replicate_of == "student");
  CHECK(systems[1].folder() == "runs/x/student-2");
  CHECK(systems[1].rows.size() == 4);
  CHECK(systems[0].rows[2].name == "student-top~2");
  CHECK(systems[1].rows[1].name == "student-top~s2~2");
  CHECK(systems[1].rows[1].seed == 2);
  CHECK(systems[1].rows[1].draw == 2);
  CHECK(systems[1].rows[1].replicate_of == "student-top");
  CHECK(systems[1].rows[1].system == "student");
  CHECK(systems[2].rows.size() == 4);  // greedy answers once, and the second draw too
  CHECK(reference_row(systems, "") == "tiny-greedy");
}

TEST_CASE("an unknown key or a name that is no folder is refused") {
  TempFolder folder;
  CHECK_THROWS_AS(load_system(write(folder, "a", "temprature = 1.0\n" + tiny), {}), Error);
  CHECK_THROWS_AS(load_system(write(folder, "b", "name = \"../x\"\ntitle = \"x\"\n[model]\ngguf = \"x.gguf\"\n"), {}),
                  Error);
  CHECK_THROWS_AS(load_system(write(folder, "c", "decodings = [\"beam\"]\n" + tiny), {}), Error);
}

TEST_CASE("two systems of one name, or a student asked for no return, are refused") {
  TempFolder folder;
  SystemsOptions options;
  options.files = {write(folder, "a", "decodings = [\"greedy\"]\n" + tiny),
                   write(folder, "b", "decodings = [\"sampled\"]\n" + tiny)};
  CHECK_THROWS_AS(load_systems(options), Error);
  options.files = {write(folder, "c", "name = \"student\"\ntitle = \"x\"\n[model]\ngguf = \"x.gguf\"\n")};
  CHECK_THROWS_AS(load_systems(options), Error);
  options.files = {write(folder, "d", tiny)};
  CHECK_NOTHROW(load_systems(options));
  options.returns.clear();
  CHECK_THROWS_AS(load_systems(options), Error);
}

TEST_CASE("the primary comparison is with the teacher's greedy row unless told otherwise") {
  TempFolder folder;
  SystemsOptions options;
  options.student = "runs/x/student";
  options.files = {write(folder, "tiny", tiny)};
  const auto systems = load_systems(options);
  CHECK(systems[0].rows[0].name == "student-top");
  CHECK(reference_row(systems, "") == "tiny-greedy");
  CHECK(reference_row(systems, "tiny-sampled") == "tiny-sampled");
  CHECK(shuffled_source(systems) == "tiny-sampled");
  CHECK_THROWS_AS(reference_row(systems, "tiny-gredy"), Error);
  CHECK_THROWS_AS(reference_row(systems, "student-top"), Error);
}

TEST_CASE("the sampled teacher is asked once more, unless told otherwise or it is asked greedily alone") {
  TempFolder folder;
  SystemsOptions options;
  options.student = "runs/x/student";
  options.files = {write(folder, "tiny", tiny)};
  const auto systems = load_systems(options);
  const Row* again = second_draw_of(systems);
  REQUIRE(again != nullptr);
  CHECK(again->name == "tiny-sampled-again");
  CHECK(again->system == "tiny");
  CHECK(again->few_shot);
  CHECK(again->sampling.temperature > 0);
  options.second_draw = false;
  CHECK(second_draw_of(load_systems(options)) == nullptr);
  options.second_draw = true;
  options.files = {write(folder, "greedy", "decodings = [\"greedy\"]\n" + std::string(tiny))};
  CHECK(second_draw_of(load_systems(options)) == nullptr);
}

TEST_CASE("a quick evaluation asks the teacher and the student's first row alone") {
  TempFolder folder;
  EvalOptions asked;
  asked.systems.student = "runs/x/student";
  const std::string other = "student = \"runs/y/student\"\nname = \"other\"\ntitle = \"Other\"\n";
  const std::string many = "decodings = [\"greedy\", \"sampled\", \"best-of-n\"]\nshots = [\"few\", \"zero\"]\n";
  asked.systems.files = {write(folder, "other", other), write(folder, "tiny", many + tiny),
                         write(folder, "second", "name = \"second\"\ntitle = \"Second\"\n[model]\ngguf = \"x\"\n")};
  asked.judge.model.gguf = asked.scorers.question.gguf = "judge.gguf";
  asked.test.intents = 500;
  const EvalOptions quick = quickened(asked);
  CHECK(quick.test.intents == 60);
  CHECK(quick.test.most_tasks == 1);
  CHECK_FALSE(is_named(quick.judge.model));
  CHECK_FALSE(is_named(quick.scorers.question));
  std::vector<std::string> rows;
  for (const System& system : load_systems(quick.systems))
    for (const Row& row : system.rows) rows.push_back(row.name);
  CHECK(rows == std::vector<std::string>{"student-top", "tiny-greedy", "tiny-sampled"});
}

TEST_CASE("two systems of one name are refused, and so is no teacher") {
  TempFolder folder;
  SystemsOptions options;
  options.student = "runs/x/student";
  const auto file = write(folder, "tiny", tiny);
  options.files = {file, file};
  CHECK_THROWS_AS(load_systems(options), Error);
  options.files = {};
  CHECK_THROWS_AS(reference_row(load_systems(options), ""), Error);
}

TEST_CASE("answers of widened weights are not those of the file's") {
  TempFolder folder;
  System system = load_system(write(folder, "tiny", tiny), {});
  system.model.gguf = write(folder, "model", "weights");
  const std::string own = identity_of(system.model);
  CHECK(own.size() == 64);
  system.model.weights = lm::WeightsKind::bf16;
  CHECK(identity_of(system.model) == own + " as bf16");
}

TEST_CASE("a model at an endpoint is the same wherever it is served, and another when it is asked otherwise") {
  lm::ModelOptions model;
  model.endpoint.urls = {"http://127.0.0.1:8000/v1"};
  model.endpoint.http_model = "llama";
  const std::string identity = identity_of(model);
  model.endpoint.urls = {"http://127.0.0.1:8001/v1"};
  CHECK(identity_of(model) == identity);
  model.endpoint.extra["reasoning_effort"] = {"\"low\""};
  CHECK(identity_of(model) != identity);
  model.endpoint.extra.clear();
  model.endpoint.http_model = "qwen";
  CHECK(identity_of(model) != identity);
}

TEST_CASE("every committed systems file can be read") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(UDRL_SOURCE_DIR "/configs/systems")) {
    if (entry.path().extension() != ".toml") continue;
    ++files;
    CHECK(load_system(entry.path(), {}).name == entry.path().stem().string());
  }
  CHECK(files >= 2);
}

// What watches a run, on a tiny data set: metrics, samples, report, checkpoints, early stop, trouble. Not for: the
// arithmetic of spikes and patience (early_stopping_test.cpp), the page (run_report_test.cpp).
#include <tuple>

#include "catch.hpp"
#include "data/broken_json.hpp"
#include "optim/schedule.hpp"
#include "page/markup.hpp"
#include "run/divergence.hpp"
#include "run/sampling.hpp"
#include "run/state.hpp"
#include "stage.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/student/checkpoint.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;
using udrl::test::contains;

namespace {

TrainOptions watched(const fs::path& folder, const std::string& out) {
  TrainOptions options = tiny(folder, out);
  options.sample_every = 8;
  return options;
}

/// What two runs of the same steps must agree in.
std::vector<nlohmann::json> without_times(std::vector<nlohmann::json> lines) {
  for (nlohmann::json& line : lines)
    for (const char* time : {"seconds", "tokens_per_s", "mfu"}) line.erase(time);
  return lines;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("Metrics say what was learned, how fast, and what validation costs by task and return") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions options = tiny(folder.path(), "out");
  Notes notes;
  run(options, notes);
  CHECK(notes.all.find("matmul peak for the shapes of this model: ") != std::string::npos);
  const auto lines = metrics(options.out);
  REQUIRE(lines.size() == 16);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    CHECK(lines[i].at("targets") > lines[i - 1].at("targets"));
    CHECK(lines[i].at("seconds") > lines[i - 1].at("seconds"));
    CHECK(lines[i].at("targets") < lines[i].at("tokens"));
    CHECK(lines[i].at("mfu") > 0);
    CHECK(lines[i].contains("valid_by_task") == lines[i].contains("valid_loss"));
    CHECK(lines[i].at("lr") == Approx(options.optimizer.lr * learning_rate_share(options.schedule, i, 16)));
  }
  const auto& last = lines.back();
  CHECK(last.at("valid_by_task").size() == 2);
  CHECK(last.at("valid_by_return").size() == 5);
  CHECK(last.at("valid_by_task").at("image") > 0);
}

TEST_CASE("Progress shows the loss, the rate and MFU") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  struct Details : Observer {
    std::string last;
    std::uint64_t done = 0, total = 0;
    void progress(const Progress& p) override {
      if (p.what == "train") last = p.detail, done = p.done, total = p.total;
    }
  } shown;
  run(tiny(folder.path(), "out"), shown);
  CHECK(shown.done == 16);
  CHECK(shown.total == 16);
  for (const char* part : {"loss ", "  valid ", " tok/s", "% MFU"}) CHECK(contains(shown.last, part));
}

TEST_CASE("A run that was stopped and went on has the metrics, samples and report of one that was not") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions straight = watched(folder.path(), "straight"), stopped = watched(folder.path(), "stopped");
  run(straight);
  run_until(stopped, 7);
  const std::string begun = read_file(stopped.out / "report.html");
  CHECK(begun.find("step 7 of 16") != std::string::npos);
  CHECK(begun.find("the same command goes on") != std::string::npos);
  run_until(stopped, 8);   // before it was asked for samples,
  run_until(stopped, 16);  // at the end too
  run(stopped);
  CHECK(without_times(metrics(straight.out)) == without_times(metrics(stopped.out)));
  const auto seconds = metrics(stopped.out);
  for (std::size_t i = 1; i < seconds.size(); ++i) CHECK(seconds[i].at("seconds") > seconds[i - 1].at("seconds"));
  CHECK(read_file(straight.out / "samples.jsonl") == read_file(stopped.out / "samples.jsonl"));
  const std::string html = read_file(stopped.out / "report.html");
  CHECK(page::testing::is_balanced(html));
  CHECK(html.find("is complete") != std::string::npos);
  CHECK(html.find("What the student writes") != std::string::npos);
}

TEST_CASE("The student is asked the same requests of every task, and being asked changes nothing") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions asked = watched(folder.path(), "asked"), silent = watched(folder.path(), "silent");
  silent.sample_every = 0;
  asked.sample_every = 3;
  run(silent);
  Notes notes;
  run(asked, notes);
  for (const char* file : {"model.safetensors", "training_state.safetensors"})
    CHECK(read_file(asked.out / file) == read_file(silent.out / file));
  CHECK(lines_of(silent.out / "samples.jsonl").empty());
  const auto samples = lines_of(asked.out / "samples.jsonl");
  REQUIRE(samples.size() == 6 * 6);  // steps 3, 6, … 15 and the last; six requests
  std::map<std::string, int> by_task;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CHECK(samples[i].at("intent") == samples[i % 6].at("intent"));
    ++by_task[samples[i].at("task")];
  }
  CHECK(by_task == std::map<std::string, int>{{"image", 18}, {"template", 18}});
  CHECK(notes.all.find("image \"") != std::string::npos);
  CHECK(notes.all.find("could not be asked") == std::string::npos);
  CHECK_FALSE(fs::exists(asked.out / ".sampling"));
}

TEST_CASE("The last few states are kept whole, and a run can go on from an earlier one") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions straight = tiny(folder.path(), "straight"), kept = tiny(folder.path(), "kept");
  kept.keep_last = 2;
  run(straight);
  CHECK_FALSE(fs::exists(straight.out / "checkpoints"));
  run_until(kept, 12);
  CHECK(names_in(kept.out / "checkpoints") == std::vector<std::string>{"step-000010", "step-000012"});
  const fs::path newest = kept.out / "checkpoints" / "step-000012", older = kept.out / "checkpoints" / "step-000010";
  CHECK(student::open_checkpoint(newest).config.n_layer == kept.model.layers);
  CHECK(fs::exists(newest / "student.gguf"));
  const std::string state = read_file(newest / "training_state.safetensors");
  CHECK(state == read_file(kept.out / "training_state.safetensors"));
  fs::copy_file(older / "training_state.safetensors", kept.out / "training_state.safetensors",
                fs::copy_options::overwrite_existing);
  CHECK(state == read_file(newest / "training_state.safetensors"));
  run(kept);
  CHECK(names_in(kept.out / "checkpoints") == std::vector<std::string>{"step-000015", "step-000016"});
  for (const char* file : {"model.safetensors", "training_state.safetensors"})
    CHECK(read_file(straight.out / file) == read_file(kept.out / file));
  CHECK(without_times(metrics(straight.out)) == without_times(metrics(kept.out)));
}

TEST_CASE("A validation loss that no longer falls ends the run, which is then finished") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  options.early_stopping.patience = 1;
  options.early_stopping.min_delta = 100;
  Notes notes;
  CHECK(run(options, notes).steps == 8);
  CHECK(notes.all.find("ended after step 8: the validation loss had not fallen in 1 evaluation") != std::string::npos);
  CHECK(metrics(options.out).size() == 8);
  const data::Manifest manifest = data::read_manifest(options.out);
  CHECK(manifest.complete);
  CHECK(manifest.counts.at("steps") == 8);
  CHECK(read_file(options.out / "report.html").find("ended after step 8") != std::string::npos);
  CHECK(fs::exists(options.out / "student.gguf"));
  CHECK(run(options).steps == 8);
}

TEST_CASE("What watches a run is part of its saved state, and states from before it are read") {
  TrainingState state;
  state.step = 7;
  state.tokens = 900;
  state.targets = 300;
  state.cursor = {2, 3, 4};
  state.best_valid = 2.0 / 3;
  state.best_step = 5;
  state.bf16 = true;
  state.trend = {1.0 / 3, 0.1, 60, 2};
  state.plateau = {0.7, 3};
  const TrainingState read = state_from_json_text(to_json_text(state), "test");
  CHECK(to_json_text(read) == to_json_text(state));
  CHECK(read.trend.mean == state.trend.mean);
  CHECK(read.plateau.lowest == state.plateau.lowest);
  CHECK(read.cursor == state.cursor);
  CHECK(std::tuple(read.step, read.tokens, read.targets, read.best_step, read.bf16) ==
        std::tuple(7U, 900U, 300U, 5U, true));
  nlohmann::json old = nlohmann::json::parse(to_json_text(state));
  for (const char* name : {"targets", "trend", "plateau"}) old.erase(name);
  const TrainingState before = state_from_json_text(old.dump(), "test");
  CHECK(before.step == 7);
  CHECK(before.trend.steps == 0);
  CHECK_FALSE(before.plateau.lowest);
}

TEST_CASE("A damaged training state is refused with file and field") {
  TrainingState state;
  state.plateau.lowest = 0.7;
  std::string saved;
  test::check_broken_is_told(
      data::Json::parse(to_json_text(state)), "run/training_state.safetensors",
      [&](const std::string& text) { saved = text; },
      [&] { return test::refusal([&] { state_from_json_text(saved, "run/training_state.safetensors"); }); },
      {{"/targets", "/trend"}, {"/version"}});
}

TEST_CASE("Trouble names the records with the highest loss first") {
  TrainerOptions options;
  options.model.vocab_size = 50;
  options.model.n_positions = 24;
  options.model.n_embd = 32;
  options.model.n_layer = 1;
  options.model.n_head = 2;
  options.device = test_device();
  options.precision = Precision::fp32;
  options.gemm_backend = student::GemmChoice::mkl;
  Trainer trainer(options);
  Step step;
  step.micro_batches = {batch_of({{{1, 10, 11, 30, 31, 2}, 3}, {{1, 12, 13, 40, 2}, 3}, {{1, 14, 45, 2}, 2}})};
  std::vector<SequenceLoss> losses = trainer.evaluate(step.micro_batches).sequences;
  std::sort(losses.begin(), losses.end(), [](const SequenceLoss& a, const SequenceLoss& b) {
    return a.loss / static_cast<double>(a.targets) > b.loss / static_cast<double>(b.targets);
  });
  std::string records;
  for (const SequenceLoss& one : losses) records += (records.empty() ? "" : ", ") + std::to_string(one.record);
  const Suspects suspects{"step 12", step.micro_batches, [](std::uint32_t record) { return std::to_string(record); }};
  const Error spike = spiked(2.25, 9.5, suspects, {8, "runs/me"}, trainer);
  CHECK(spike.kind() == ErrorKind::failure);
  CHECK(spike.where() == "step 12, records " + records);
  for (const char* said :
       {"diverged", "2.250", "9.500", "saved after step 8 is untouched", "--init runs/me", "--divergence.deviations 0"})
    CHECK(contains(spike.what(), said));
  const Error unsaved = spiked(2.25, 9.5, suspects, {}, trainer);
  CHECK(contains(unsaved.what(), "nothing was saved yet"));
  for (const char* said : {"--init", "--divergence.deviations 0"}) CHECK_FALSE(contains(unsaved.what(), said));
  CHECK(not_finite("the loss is", suspects, {}, trainer).where() == "step 12, records " + records);
}

TEST_CASE("Steps that may be to blame are named together") {
  Step step;
  step.micro_batches.resize(2);
  TakenSteps steps(step, 12);
  CHECK(steps.name() == "step 12");
  steps.add(step, 13);
  CHECK(steps.name() == "steps 12 and 13");
  CHECK(steps.batches.size() == 4);
}

TEST_CASE("The weights at the top are those with the lowest validation loss") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  // The rate rises from step to step, to one at which the loss is far above that of the first steps on any processor.
  options.optimizer = {OptimizerKind::adamw, 1.0};
  options.schedule.warmup = 1;
  options.schedule.decay = 0;
  options.steps = options.keep_last = 8;
  options.valid_every = options.save_every = 1;
  run(options);
  std::map<double, std::uint64_t> steps;
  for (const auto& line : metrics(options.out)) steps.emplace(line.at("valid_loss"), line.at("step"));
  const std::uint64_t best = steps.begin()->second;
  REQUIRE(best < 8);
  CHECK(saved_state(options.out).at("best_step") == best);
  const std::string at_best = "step-00000" + std::to_string(best), top = read_file(options.out / "model.safetensors");
  CHECK(top == read_file(options.out / "checkpoints" / at_best / "model.safetensors"));
  CHECK(top != read_file(options.out / "checkpoints" / "step-000008" / "model.safetensors"));
}

TEST_CASE("Samples of which a killed run wrote a part are taken again") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions straight = watched(folder.path(), "straight"), killed = watched(folder.path(), "killed");
  run(straight);
  run_until(killed, 8);
  const std::string whole = read_file(straight.out / "samples.jsonl");
  write_file_atomic(killed.out / "samples.jsonl", whole.substr(0, whole.size() / 4));
  run(killed);
  CHECK(read_file(killed.out / "samples.jsonl") == whole);
}

TEST_CASE("A loss that takes off stops the run and leaves the last good state") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  options.steps = 400;
  const std::string error = error_of_high_rate(options, 100);
  INFO(error);
  CHECK(error.starts_with("1 steps "));  // the last calm one and the first high one
  CHECK(contains(error, "diverged"));
  CHECK(contains(error, "saved after step 100 is untouched"));
  CHECK(saved_state(options.out).at("step") == 100);
  CHECK(metrics(options.out).back().at("loss") > 1.5 * metrics(options.out).at(99).at("loss").get<double>());
}

TEST_CASE("A step whose loss may be taking off is not saved over the one before") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  options.steps = 400;
  CHECK(contains(error_of_high_rate(options, 100, 1), "diverged"));
  const nlohmann::json state = saved_state(options.out);
  CHECK(state.at("step") > 100);
  CHECK(contains(read_file(options.out / "report.html"), "diverged"));
  CHECK(state.at("trend").at("high") == 0);
}

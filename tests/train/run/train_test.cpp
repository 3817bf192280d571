// The whole stage on a tiny data set: the folder it leaves, stop and resume, refusals.
#include <cmath>

#include "catch.hpp"
#include "stage.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/held_folder.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/safetensors.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;
using udrl::test::contains;
using udrl::test::error_of;

TEST_CASE("Training leaves a checkpoint folder that opens, and says what it does") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions options = tiny(folder.path(), "out");
  Notes notes;
  const TrainReport report = run(options, notes);
  CHECK(report.steps == 16);
  CHECK(report.valid_loss > 0);
  const auto checkpoint = student::open_checkpoint(options.out);
  CHECK(checkpoint.config.parameter_count() == report.parameters);
  for (const char* file :
       {"config.json", "model.safetensors", "tokenizer.model", "tokenizer.json", "commands.json", "student.gguf",
        "README.md", "metrics.jsonl", "training_state.safetensors", "training_state.json", "manifest.json"}) {
    CHECK(fs::exists(options.out / file));
  }
  CHECK(data::read_manifest(options.out).complete);
  const auto lines = metrics(options.out);
  REQUIRE(lines.size() == 16);
  CHECK(lines.back().at("loss").get<double>() < lines.front().at("loss").get<double>());
  CHECK(lines[3].contains("valid_loss"));
  for (const char* said : {"parameters", "tokens an epoch", "steps", "minutes to go", "left out"}) {
    CHECK(notes.all.find(said) != std::string::npos);
  }
  CHECK(run(options).steps == 16);  // complete: nothing is done again
}

TEST_CASE("A validation loss is told in bits a byte of the answers too") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  options.model.context_length = 128;  // so that none is left out
  options.card.name = "my-student";
  options.card.licence = "cc-by-4.0";
  const TrainReport report = run(options);
  const auto tokenizer = student::open_checkpoint(options.out).tokenizer;
  double targets = 0, bytes = 0;
  for (const data::Record& record : data::read_records(options.data / "valid")) {
    const std::string answer = command::as_written(record.answer);
    targets += static_cast<double>(tokenizer.encode(command::sequence_text(answer)).size()) + 1;  // and </s>
    bytes += static_cast<double>(answer.size());
  }
  const double expected = report.valid_loss * targets / bytes / std::log(2.0);
  CHECK(report.valid_bits_per_byte == Approx(expected));
  CHECK(metrics(options.out)[3].at("valid_bits_per_byte").get<double>() > 0);
  const std::string card = read_file(options.out / "README.md");
  CHECK(contains(card, "bits a byte"));
  CHECK(contains(card, "license: cc-by-4.0"));
  CHECK(contains(card, "# my-student"));
}

TEST_CASE("A run that was stopped and went on ends with the same bytes as one that was not") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  for (const OptimizerKind optimizer : {OptimizerKind::adamw, OptimizerKind::muon}) {
    const std::string name = to_string(optimizer);
    TrainOptions straight = tiny(folder.path(), name + "-straight"), stopped = tiny(folder.path(), name + "-stopped");
    straight.optimizer.name = stopped.optimizer.name = optimizer;
    run(straight);
    run_until(stopped, 7);
    run_until(stopped, 8);
    CHECK(metrics(stopped.out).size() == 8);
    run(stopped);
    for (const char* file : {"model.safetensors", "training_state.safetensors", "training_state.json", "student.gguf",
                             "tokenizer.model"}) {
      INFO(file);
      CHECK(read_file(straight.out / file) == read_file(stopped.out / file));
    }
    CHECK(metrics(stopped.out).size() == 16);
  }
}

namespace {

TrainOptions weighted_by_return(const fs::path& folder, const std::string& out) {
  TrainOptions options = tiny(folder, out);
  options.sequence.any_return = 1;
  options.sequence.reward_weight = 2;
  return options;
}

}  // namespace

TEST_CASE("Where records weigh what they earned, a run that was stopped ends with the same bytes too") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions straight = weighted_by_return(folder.path(), "straight");
  TrainOptions stopped = weighted_by_return(folder.path(), "stopped");
  straight.batch.lanes = stopped.batch.lanes = 2;
  run(straight);
  run_until(stopped, 7);
  run(stopped);
  for (const char* file : {"model.safetensors", "training_state.safetensors", "training_state.json"}) {
    INFO(file);
    CHECK(read_file(straight.out / file) == read_file(stopped.out / file));
  }
}

TEST_CASE("Weights by return change what is learned, and not how it is validated") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions weighted = weighted_by_return(folder.path(), "weighted");
  TrainOptions plain = weighted_by_return(folder.path(), "plain");
  plain.sequence.reward_weight = 0;
  for (TrainOptions* options : {&weighted, &plain}) {
    options->steps = 2;
    options->valid_every = 1;
    options->optimizer.lr = options->optimizer.muon_lr = 0;  // both are validated with the same weights
    run(*options);
  }
  const auto a = metrics(weighted.out).front(), b = metrics(plain.out).front();
  CHECK(a.at("tokens") == b.at("tokens"));
  CHECK(a.at("loss") != b.at("loss"));
  CHECK(a.at("valid_loss") == b.at("valid_loss"));
}

TEST_CASE("Weights by return are refused where the return is told") {
  TempFolder folder;
  TrainOptions options = weighted_by_return(folder.path(), "out");
  options.sequence.any_return = 0.1;
  CHECK(contains(error_of([&] { check(options); }), "--sequence.any-return 1"));
}

TEST_CASE("A run that was killed goes on from the last saved state") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions straight = tiny(folder.path(), "straight"), killed = tiny(folder.path(), "killed");
  run(straight);
  struct Killer : Observer {
    void progress(const Progress& p) override {
      if (p.done == 13) throw std::runtime_error("kill -9");
    }
  } killer;
  CHECK_THROWS_AS(run(killed, killer), std::runtime_error);
  run(killed);
  CHECK(read_file(straight.out / "model.safetensors") == read_file(killed.out / "model.safetensors"));
  CHECK(metrics(killed.out).size() == 16);
}

TEST_CASE("An output folder of other options or other data is refused, and what differs is named") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  options.steps = 2;
  run(options);
  options.optimizer.lr = 0.5;
  try {
    run(options);
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::user);
    CHECK(std::string(error.what()).find("lr") != std::string::npos);
  }
  options.optimizer.lr = TrainOptions{}.optimizer.lr;
  fs::remove_all(folder.path() / "tagged");
  write_tagged(folder.path() / "tagged", 95, 16);
  CHECK_THROWS_AS(run(options), Error);
}

TEST_CASE("A folder that another process trains into is left to it") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions options = tiny(folder.path(), "out");
  run_until(options, 3);
  const HeldFolder other(options.out);
  CHECK(contains(error_of([&] { run(options); }), "another process is writing into this folder"));
}

TEST_CASE("A loss that is not finite stops the run, names records and leaves the last good state") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  options.save_every = 1;
  options.optimizer.name = OptimizerKind::adamw;
  options.optimizer.lr = 1;
  options.optimizer.weight_decay = 10;
  options.optimizer.clip = 0;
  options.schedule.warmup = 0;
  options.steps = 400;
  try {
    run(options);
    FAIL("it stayed finite");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::failure);
    const std::string what = error.what();
    CHECK(what.find("not finite") != std::string::npos);
    std::size_t named = 0;
    for (int i = 0; i < 96; ++i) named += what.find(record(i, "train").id) != std::string::npos ? 1 : 0;
    CHECK(named > 0);
  }
  const student::SafetensorsFile state(options.out / "training_state.safetensors");
  for (const auto& tensor : state.tensors())
    for (const float value : tensor.floats()) REQUIRE(std::isfinite(value));
  CHECK(saved_state(options.out).at("step") >= 1);
}

TEST_CASE("Ideas go with a student that is told words, and commands.json says that it was") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  fs::create_directory(folder / "ideas");
  const fs::path table = folder / "ideas" / student::files::ideas;
  student::write_ideas(table, idea_words({{"bakery", {1, 0}}, {"light", {0.6F, 0.8F}}, {"photo", {0, 1}}}));
  TrainOptions options = tiny(folder.path(), "out");
  options.steps = 2;
  options.sequence.mention = 1;
  options.ideas = folder / "ideas";
  options.save_every = 1;
  options.keep_last = 2;
  options.card.licence = "llama3";
  run(options);
  for (const fs::path& student : {options.out, options.out / "checkpoints" / "step-000001"}) {
    CHECK(read_file(student / student::files::ideas) == read_file(table));
    CHECK(contains(read_file(student / student::files::gguf), "llama3"));
  }
  CHECK(command::load(options.out / student::files::commands).mentions);
  CHECK(data::read_manifest(options.out).inputs.at("ideas") == sha256_file(table));
  CHECK_FALSE(command::load(options.data / student::files::commands).mentions);
  options.sequence.mention = 0;
  CHECK(contains(error_of([&] { check(options); }), "sequence.mention"));
  options.ideas.clear();
  CHECK_NOTHROW(check(options));
}

TEST_CASE("A table of ideas that is not there, or is none, is refused before anything is made") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  options.sequence.mention = 1;
  options.ideas = folder / "ideas";
  CHECK(contains(error_of([&] { run(options); }), "ideas.safetensors"));
  fs::create_directory(options.ideas);
  write_file_atomic(options.ideas / student::files::ideas, "a text");
  CHECK(contains(error_of([&] { run(options); }), "ideas.safetensors"));
}

TEST_CASE("Data that is not there or of no use is refused") {
  TempFolder folder;
  TrainOptions options = tiny(folder.path(), "out");
  CHECK_THROWS_AS(run(options), Error);
  write_tagged(folder.path() / "tagged", 96, 16);
  options.model.vocab = 100000;
  CHECK_THROWS_AS(run(options), Error);
  options = tiny(folder.path(), "out2");
  options.model.context_length = 16;
  CHECK_THROWS_AS(run(options), Error);
}

namespace {

const std::vector<std::string> recipes{"ci", "demo", "five-tasks", "paper"};

TrainOptions shipped(const std::string& recipe) {
  TrainOptions options;
  OptionSet set;
  declare(set, options);
  set.read_toml(std::string(UDRL_SOURCE_DIR) + "/configs/" + recipe + "/train.toml");
  set.validate();
  return options;
}

/// A million records of lengths like those of data/distilled: 17 to 47 tokens, 32 on average.
EpochCount million_records(const BatchOptions& options) {
  BatchSource source;
  source.records = 1'000'000;
  source.options = options;
  source.longest = 192;
  source.window = window_of(options);
  return count_epoch(source, 0, [](std::uint32_t record) {
    RandomStream random(5, std::to_string(record));
    const double drawn = random.uniform() + random.uniform() + random.uniform();
    return Lengths{17 + static_cast<int>(10 * drawn), 18};
  });
}

}  // namespace

TEST_CASE("Every shipped recipe wastes less than 3% on padding and takes steps as large as it says") {
  for (const std::string& recipe : recipes) {
    INFO(recipe);
    const BatchOptions options = shipped(recipe).batch;
    const EpochCount epoch = million_records(options);
    CHECK(static_cast<double>(epoch.positions - epoch.tokens) < 0.03 * static_cast<double>(epoch.positions));
    CHECK(static_cast<double>(epoch.positions / epoch.steps) == Approx(options.step_tokens).epsilon(0.1));
  }
  const EpochCount large = million_records({1 << 20, 1 << 14});
  CHECK(static_cast<double>(large.positions / large.steps) == Approx(1 << 20).epsilon(0.1));
}

TEST_CASE("A step that an epoch cannot fill is told of") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = tiny(folder.path(), "out");
  options.batch.step_tokens = 100'000;
  options.steps = 2;
  Notes notes;
  run(options, notes);
  CHECK(contains(notes.all, "not the 100000 of batch.step_tokens"));
}

TEST_CASE("A task's weight is how often its records stand in an epoch") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);  // 32 of template, 64 of image
  const auto sequences = [&](const std::map<std::string, double>& weights) {
    TrainOptions options = tiny(folder.path(), "out" + std::to_string(weights.size()) + "-" +
                                                   std::to_string(weights.empty() ? 0 : weights.begin()->second));
    options.task_weights = weights;
    options.model.context_length = 128;  // none is too long
    options.steps = 1;
    run(options);
    return data::read_manifest(options.out).counts.at("sequences");
  };
  CHECK(sequences({}) == 96);
  CHECK(sequences({{"template", 3}}) == 64 + 3 * 32);
  CHECK(sequences({{"image", 0}}) == 32);
  const std::uint64_t some = sequences({{"image", 1.5}, {"template", 0}});
  CHECK(some > 64 + 16);
  CHECK(some < 128 - 16);
}

TEST_CASE("Every shipped recipe of training parses and is in range") {
  for (const std::string& recipe : recipes) {
    const TrainOptions options = shipped(recipe);
    CHECK_NOTHROW(check(options));
    const auto parameters = student_config(options.model, options.model.vocab).parameter_count();
    if (recipe == "demo" || recipe == "five-tasks") CHECK(parameters <= 6'170'000);
    if (recipe == "paper") CHECK(parameters == 103'967'232);
  }
}

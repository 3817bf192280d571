// Runs that start from another model's folder: a student's own, and a GPT-2 of another vocabulary.
#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "stage.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/transformers_folder.hpp"
#include "udrl/student/vocabulary_transfer.hpp"
#include "udrl/train/train.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;
using udrl::test::contains;
using udrl::test::error_of;

namespace {

const fs::path other_gpt2 = fs::path(UDRL_SOURCE_DIR) / "tests/student/goldens/gpt2_folder";

/// `model` at its defaults: the shape is to come from `init`.
TrainOptions options_in(const fs::path& folder, const std::string& out, const fs::path& init = {}) {
  TrainOptions options = tiny(folder, out);
  options.init = init;
  options.model = {};
  options.steps = 12;
  options.save_every = 4;
  return options;
}

TrainOptions first_options(const fs::path& folder, const std::string& out) {
  TrainOptions options = options_in(folder, out);
  options.model = tiny(folder, out).model;
  options.steps = 60;
  return options;
}

/// Collects what is said; asks to stop once a number of steps is done.
struct Listener : Observer {
  std::string said;
  std::uint64_t stop_after = 0;
  void note(Level, const std::string& text) override { said += text + "\n"; }
  void progress(const Progress& p) override {
    if (p.what == "train" && p.done == stop_after) request_stop();
  }
};

std::vector<double> losses(const fs::path& folder) {
  std::vector<double> out;
  for (const auto& line : metrics(folder)) out.push_back(line.at("loss"));
  return out;
}

/// A run that changes no weight: what it leaves is what it started with.
TrainOptions unmoved(TrainOptions options) {
  options.steps = 1;
  options.optimizer.lr = options.optimizer.muon_lr = 0;
  options.optimizer.weight_decay = 0;
  options.optimizer.ema = 0.99;  // the average begins with the same weights
  return options;
}

}  // namespace

TEST_CASE("A student goes on from a student: its tokenizer, its weights, about its loss") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions a = first_options(folder.path(), "a");
  const TrainReport before = run(a);
  const double at_first = losses(a.out).front();

  const TrainOptions same = unmoved(options_in(folder.path(), "same", a.out));
  CHECK(run(same).valid_loss == Approx(before.valid_loss).epsilon(1e-6));
  for (const char* file : {"model.safetensors", "tokenizer.model", "config.json"}) {
    INFO(file);
    CHECK(read_file(same.out / file) == read_file(a.out / file));
  }
  CHECK(contains(read_file(same.out / "README.md"), "It was trained by udrl, from the weights of a"));

  const TrainOptions b = options_in(folder.path(), "b", a.out);
  Listener listener;
  const TrainReport after = run(b, listener);
  CHECK(contains(listener.said, "starts from a: its tokenizer and weights"));
  CHECK(losses(b.out).front() < before.valid_loss + 0.5);
  CHECK(losses(b.out).front() < at_first - 1.5);
  CHECK(after.valid_loss < before.valid_loss + 0.1);
}

TEST_CASE("A folder that lost tokenizer.model gives the same start") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions a = first_options(folder.path(), "a");
  const TrainReport before = run(a);
  fs::create_directory(folder.path() / "saved");
  for (const char* file : {"model.safetensors", "tokenizer.json", "config.json"})
    fs::copy_file(a.out / file, folder.path() / "saved" / file);
  const TrainOptions same = unmoved(options_in(folder.path(), "same", folder.path() / "saved"));
  CHECK(run(same).valid_loss == Approx(before.valid_loss).epsilon(1e-6));
  CHECK(read_file(same.out / "tokenizer.json") == read_file(a.out / "tokenizer.json"));
}

TEST_CASE("Fewer positions are cut off; more, and another shape, are refused by name") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions a = first_options(folder.path(), "a");
  a.steps = 1;
  run(a);
  TrainOptions b = unmoved(options_in(folder.path(), "b", a.out));
  b.model.context_length = 48;
  run(b);
  const auto was = student::open_checkpoint(a.out), now = student::open_checkpoint(b.out);
  CHECK(now.config.n_positions == 48);
  const auto positions = [](const student::Checkpoint& from) {
    return from.weights.at("transformer.wpe.weight").floats();
  };
  CHECK(std::ranges::equal(positions(now), positions(was).first(48 * 32)));

  const auto said = [&](int ModelOptions::*option, int value) {
    TrainOptions c = options_in(folder.path(), "c", a.out);
    c.model.*option = value;
    return error_of([&] { run(c); });
  };
  CHECK(contains(said(&ModelOptions::context_length, 80), "model.context_length"));
  CHECK(contains(said(&ModelOptions::context_length, 80), "at most 64"));
  CHECK(contains(said(&ModelOptions::layers, 3), "model.layers"));
  CHECK(contains(said(&ModelOptions::width, 64), "model.width"));
  CHECK(contains(said(&ModelOptions::heads, 8), "model.heads"));
  CHECK(contains(said(&ModelOptions::heads, 3), "model.heads"));
  CHECK(contains(said(&ModelOptions::vocab, 600), "model.vocab"));
}

TEST_CASE("Any other GPT-2 gives its blocks and positions, and its embedding to our pieces") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = unmoved(options_in(folder.path(), "out", other_gpt2));
  options.model.vocab = 512;
  Listener listener;
  run(options, listener);
  CHECK(contains(listener.said, "starts from gpt2_folder: its blocks; "));
  const auto made = student::open_checkpoint(options.out);
  const student::TransformersFolder other(other_gpt2);
  CHECK(made.config.n_positions == 80);
  CHECK(made.config.inner() == 48);
  CHECK(made.config.dropout == 0);
  CHECK(made.config.eos_id == made.tokenizer.eos_id());
  for (const auto& spec : student::tensor_specs(made.config)) {
    if (spec.name == "transformer.wte.weight") continue;
    INFO(spec.name);
    CHECK(std::ranges::equal(made.tensor(spec).floats(), other.values(spec.name)));
  }
  const auto vocab = nlohmann::json::parse(read_file(other_gpt2 / "tokenizer.json")).at("model").at("vocab");
  const auto ours = made.weights.at("transformer.wte.weight").floats();
  const std::vector<float> theirs = other.values("transformer.wte.weight");
  for (const auto& [piece, token] : {std::pair{"▁b", "Ġb"}, {"▁", "Ġ"}, {"a", "a"}, {"in", "in"}, {"<0x0A>", "Ċ"}}) {
    INFO(piece);
    const int id = made.tokenizer.id(piece).value();
    const auto row = ours.subspan(static_cast<std::size_t>(id) * 16, 16);
    CHECK(std::equal(row.begin(), row.end(), theirs.begin() + 16 * vocab.at(token).get<int>()));
  }
}

TEST_CASE("A GPT-2 of another vocabulary can be trained on") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = options_in(folder.path(), "out", other_gpt2);
  options.model.vocab = 512;
  options.steps = 24;
  run(options);
  CHECK(losses(options.out).back() < losses(options.out).front());
}

TEST_CASE("A stopped run goes on from its own state, and only with the same initial model") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  fs::copy(other_gpt2, folder.path() / "init");
  TrainOptions straight = options_in(folder.path(), "straight", folder.path() / "init");
  straight.model.vocab = 512;
  TrainOptions stopped = straight;
  stopped.out = folder.path() / "stopped";
  run(straight);
  Listener listener;
  listener.stop_after = 7;
  CHECK_THROWS_AS(run(stopped, listener), Error);
  request_stop(false);
  CHECK(contains(listener.said, "starts from init"));
  Listener second;
  run(stopped, second);
  CHECK_FALSE(contains(second.said, "starts from"));
  for (const char* file : {"model.safetensors", "training_state.safetensors"}) {
    INFO(file);
    CHECK(read_file(straight.out / file) == read_file(stopped.out / file));
  }
  write_file_atomic(folder.path() / "init" / "vocab.json", "{}");
  CHECK(contains(error_of([&] { run(stopped); }), "init"));
  stopped.init.clear();
  CHECK(contains(error_of([&] { run(stopped); }), "init"));
}

TEST_CASE("A folder that is no use to start from is refused before anything is made") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  TrainOptions options = options_in(folder.path(), "out", folder.path() / "nowhere");
  CHECK(contains(error_of([&] { run(options); }), "config.json"));
  CHECK_FALSE(fs::exists(options.out));
  fs::create_directory(folder.path() / "bare");
  for (const char* file : {"model.safetensors", "config.json"})
    fs::copy_file(other_gpt2 / file, folder.path() / "bare" / file);
  options.init = folder.path() / "bare";
  CHECK(contains(error_of([&] { run(options); }), "byte-level BPE"));
}

TEST_CASE("A student of before there were words to mention can be gone on from, but told none") {
  TempFolder folder;
  write_tagged(folder.path() / "tagged", 96, 16);
  const TrainOptions before = tiny(folder.path(), "before");
  run(before);
  std::vector<std::string> pieces = command::control_pieces(), texts;
  pieces.pop_back();
  for (const Sample& sample : samples(96)) texts.push_back(" " + sample.intent + " " + sample.answer);
  const int vocab = student::Tokenizer::load(before.out / "tokenizer.model").vocab_size();
  write_file_atomic(before.out / "tokenizer.model", student::train_tokenizer(texts, pieces, {.vocab_size = vocab}));
  TrainOptions options = unmoved(options_in(folder.path(), "told", before.out));
  options.sequence.mention = 0.5;
  CHECK(contains(error_of([&] { run(options); }), "⟨mention⟩"));
  CHECK_NOTHROW(run(unmoved(options_in(folder.path(), "untold", before.out))));
}

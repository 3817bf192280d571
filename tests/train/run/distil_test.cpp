// Runs that distil several students into one. Not for: the gradient (optim/trainer_test.cpp).
#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "stage.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/train/train.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;
using udrl::test::contains;
using udrl::test::error_of;

namespace {

/// Two students of one tokenizer, "a" and "b".
struct TwoStudents {
  TempFolder folder;
  TrainOptions a = tiny(folder.path(), "a"), b = tiny(folder.path(), "b");

  TwoStudents() {
    write_tagged(folder.path() / "tagged", 96, 16);
    a.steps = b.steps = 60;
    b.seed = 2;
    run(a);
    run(b);
    REQUIRE(read_file(a.out / "tokenizer.model") == read_file(b.out / "tokenizer.model"));
  }

  TrainOptions one(const std::string& out) const {
    TrainOptions options = tiny(folder.path(), out);
    options.seed = 3;
    options.distill.from = {a.out.string(), b.out.string()};
    return options;
  }
};

}  // namespace

TEST_CASE("A student learns the answers from two others, be it told none, and says where it comes from") {
  const TwoStudents two;
  TrainOptions options = two.one("distilled"), alone = tiny(two.folder.path(), "alone");
  options.distill.share = 1;
  options.steps = alone.steps = 60;
  alone.seed = options.seed;
  CHECK(run(options).valid_loss < 1.4 * run(alone).valid_loss);  // both begin at twice that
  CHECK(read_file(options.out / "tokenizer.model") == read_file(two.a.out / "tokenizer.model"));
  const std::string card = read_file(options.out / "README.md");
  CHECK(contains(card, "distilled beside the data from the mean of"));
  CHECK(contains(card, "2 students: a, b"));
  CHECK(data::read_manifest(options.out).inputs.contains("distilled, 2"));
}

TEST_CASE("A run that distils goes on bit for bit, and not with other students") {
  const TwoStudents two;
  const TrainOptions straight = two.one("straight");
  run(straight);
  TrainOptions options = two.one("stopped");
  run_until(options, 7);
  std::swap(options.distill.from[0], options.distill.from[1]);
  CHECK(contains(error_of([&] { run(options); }), "distilled, 1"));
  options.distill.from.pop_back();
  CHECK(!error_of([&] { run(options); }).empty());
  options = two.one("stopped");
  run(options);
  CHECK(read_file(options.out / "model.safetensors") == read_file(straight.out / "model.safetensors"));
}

TEST_CASE("Students that would be misunderstood are refused") {
  const TwoStudents two;
  int runs = 0;
  const auto error = [&](const auto& change) {
    TrainOptions options = two.one("refused-" + std::to_string(++runs));
    change(options);
    return error_of([&] { run(options); });
  };
  CHECK(contains(error([](TrainOptions& o) { o.model.context_length = 96; }), "fewer positions"));
  CHECK(contains(error([](TrainOptions& o) { o.sequence.countdown = true; }), "sequence.countdown"));
  CHECK(contains(error([&](TrainOptions& o) { o.distill.from = {two.folder.path().string()}; }), "config.json"));

  TrainOptions other = tiny(two.folder.path(), "other");
  other.model.vocab = 520;
  run(other);
  CHECK(contains(error([&](TrainOptions& o) { o.distill.from.push_back(other.out.string()); }), "other pieces"));

  command::Fitted fitted = command::load(two.a.out / student::files::commands);
  std::swap(fitted.tasks[0], fitted.tasks[1]);
  command::save(fitted, two.a.out / student::files::commands);
  CHECK(contains(error([](TrainOptions&) {}), "another order"));
}

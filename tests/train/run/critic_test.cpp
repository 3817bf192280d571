// A student that goes on with its critic: the same bytes after a stop, what it says, what it refuses.
#include "udrl/student/critic.hpp"
#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "stage.hpp"
#include "train/judged_answers.hpp"
#include "udrl/base/files.hpp"
#include "udrl/student/checkpoint.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;
using udrl::test::contains;
using udrl::test::error_of;

namespace {

/// A student with a critic, and answers of its own that were judged.
struct World {
  World() {
    write_tagged(folder.path() / "tagged", 96, 16);
    write_judged(folder.path() / "own", judged_records(40));
    first = tiny(folder.path(), "first");
    run(first);
    give_critic(sha256_file(first.out / student::files::gguf));
  }
  void give_critic(const std::string& student) const {
    student::Critic critic;
    critic.student = student;
    critic.log_prob = 0.2;
    critic.fit.correlation = 0.5;
    for (int i = 0; i < 32; ++i) critic.state.push_back(i % 3 - 1.0);
    student::save(critic, first.out / student::files::critic);
  }
  TrainOptions next(const std::string& out) const {
    TrainOptions options = tiny(folder.path(), out);
    options.init = first.out;
    options.model = {};
    options.critic.data = folder.path() / "own";
    return options;
  }

  TempFolder folder;
  TrainOptions first;
};

}  // namespace

TEST_CASE("A student goes on with its critic, and a run that was stopped ends with the same bytes") {
  const World world;
  const TrainOptions straight = world.next("straight"), stopped = world.next("stopped");
  Notes notes;
  run(straight, notes);
  CHECK(contains(notes.all, "the critic learns on, from "));
  run_until(stopped, 7);
  run(stopped);
  for (const char* file : {"model.safetensors", "training_state.safetensors", "student.gguf"})
    CHECK(read_file(straight.out / file) == read_file(stopped.out / file));
  const auto lines = metrics(straight.out);
  CHECK(lines.back().at("critic_error").get<double>() < lines.front().at("critic_error").get<double>());
  CHECK_FALSE(metrics(world.first.out).back().contains("critic_error"));
  const std::string card = read_file(straight.out / student::files::card);
  CHECK(contains(card, "| steps of the student that it began with | "));
  CHECK(contains(card, "| answers of its own that its critic learned from | "));
  CHECK_FALSE(contains(read_file(world.first.out / student::files::card), "that it began with"));
  CHECK_FALSE(fs::exists(straight.out / student::files::critic));  // it is the old student's, and is to be fitted again
}

TEST_CASE("Without a student, or without its own critic, there is nothing to go on with") {
  const World world;
  TrainOptions fresh = world.next("fresh");
  fresh.init.clear();
  CHECK(contains(error_of([&] { run(fresh); }), "none to begin with"));
  world.give_critic("another");
  CHECK(contains(error_of([&] { run(world.next("other")); }), "no critic of its own"));
  fs::remove(world.first.out / student::files::critic);
  CHECK(contains(error_of([&] { run(world.next("none")); }), "udrl-distill critic"));
}

// The critic stage: the regression, worth within requests, and a critic fitted to a tiny student's answers.
#include "udrl/distill/critic.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>

#include "catch.hpp"
#include "critic/ridge.hpp"
#include "critic/worth.hpp"
#include "distill/support.hpp"
#include "student/tiny.hpp"
#include "udrl/base/random.hpp"
#include "udrl/command/own_answers.hpp"
#include "udrl/inference/student_model.hpp"
#include "udrl/score/statistics.hpp"
#include "udrl/student/gguf_export.hpp"

using namespace udrl;
using namespace udrl::distill;
using namespace udrl::distill::testing;

namespace {

constexpr std::size_t width = 4;

/// Returns are twice the log-probability, noise, and what makes one request easier than another.
std::vector<ReadRequest> made_requests(std::size_t requests, std::size_t answers, double noise) {
  RandomStream random(1, "answers");
  std::vector<ReadRequest> out;
  for (std::size_t r = 0; r < requests; ++r) {
    ReadRequest request{"intent " + std::to_string(r), {}, {}};
    const double ease = 10 * random.normal();
    for (std::size_t k = 0; k < answers; ++k) {
      std::vector<float> features;
      for (std::size_t i = 0; i <= width; ++i) features.push_back(static_cast<float>(3 + random.normal()));
      request.returns.push_back(2 * features[0] + ease + noise * random.normal());
      request.features.push_back(std::move(features));
    }
    out.push_back(std::move(request));
  }
  return out;
}

double variance_within(const std::vector<ReadRequest>& requests, const std::vector<double>& weights) {
  double sum = 0, count = 0;
  for (const ReadRequest& request : requests) {
    std::vector<double> worth;
    for (const auto& answer : request.features) worth.push_back(worth_of(weights, answer));
    const double mean = score::mean(worth);
    for (const double one : worth) sum += std::pow(one - mean, 2), ++count;
  }
  return sum / count;
}

const std::string good = "bashoter", bad = "colimar";

/// An answer of four words, of which as many are good as its return says.
data::Record own(const std::string& intent, int draw, int return_value) {
  std::string answer;
  for (int word = 0; word < 4; ++word) answer += (word == 0 ? "" : " ") + (word < return_value ? good : bad);
  data::Record record = sample(intent, "image", draw, answer);
  record.words = 4;
  record.return_value = return_value;
  record.split = "train";
  record.extra["asked"] = {{"return", 4}, {"words", 18}};
  return record;
}

std::vector<data::Record> own_answers(int intents = 60) {
  std::vector<data::Record> records;
  for (int i = 0; i < intents; ++i)
    for (int draw = 0; draw < 5; ++draw) records.push_back(own("sun sale " + std::to_string(i), draw, draw));
  return records;
}

/// A student, its tagged answers, and options that read them.
struct World {
  explicit World(const std::vector<data::Record>& records, const command::Fitted& commands = tiny::commands()) {
    tiny::write(student.path(), tiny::config(), tiny::Weights(tiny::config()), commands);
    (void)student::export_gguf(student.path(), {.prove = false});
    fs::create_directories(folder / "tagged");
    if (!records.empty()) write_records(folder / "tagged" / "train", records);
    options.data = folder / "tagged";
    options.student = student.path();
    options.pace.weights = inference::StudentWeights::file;
  }
  std::string refused() const {
    return refusal([this] { make_critic(options, quiet_context()); });
  }
  fs::path critic() const { return student / student::files::critic; }

  tiny::Folder student;
  TempFolder folder;
  CriticOptions options;
};

std::string refused_with(const std::function<void(data::Record&)>& change,
                         const command::Fitted& commands = tiny::commands()) {
  std::vector<data::Record> records = own_answers(1);
  change(records[2]);
  return World(records, commands).refused();
}

}  // namespace

TEST_CASE("Ridge regression finds the weights of a known problem") {
  // Columns at right angles, of length 2: each weight is a·b / (4 + lambda).
  const std::vector<double> rows{1, 1, 1, -1, 1, 1, 1, -1}, b{5, 1, 5, 1};
  const auto plain = ridge_weights(rows, b, 1e-9), shrunk = ridge_weights(rows, b, 4);
  REQUIRE(plain.size() == 2);
  CHECK(plain[0] == Approx(3));
  CHECK(plain[1] == Approx(2));
  CHECK(shrunk[0] == Approx(1.5));
  CHECK(shrunk[1] == Approx(1));
  CHECK(ridge_weights({}, {}, 1).empty());
}

TEST_CASE("Ridge regression has an answer where columns are equal: they share the weight") {
  const auto weights = ridge_weights(std::vector<double>{1, 1, -1, -1}, std::vector<double>{2, -2}, 1e-6);
  CHECK(weights[0] == Approx(1));
  CHECK(weights[1] == Approx(1));
}

TEST_CASE("Worth follows what the return is made of, whatever makes a request easy") {
  const auto requests = made_requests(60, 8, 0.5);
  const auto weights = fit_worth(requests, 1);
  REQUIRE(weights.size() == width + 1);
  for (std::size_t i = 1; i < weights.size(); ++i) CHECK(std::abs(weights[i]) < 0.1 * weights[0]);
  const auto fit = measured_fit(requests, weights);
  CHECK(fit.requests == 60);
  CHECK(fit.answers == 480);
  CHECK(fit.correlation > 0.9);
  CHECK(fit.gain > 0.9);
}

TEST_CASE("Worth has a variance of 1 within a request, whatever the scale of the returns") {
  auto requests = made_requests(40, 6, 1);
  const auto weights = fit_worth(requests, 30);
  CHECK(variance_within(requests, weights) == Approx(1));
  for (ReadRequest& request : requests)
    for (double& value : request.returns) value = 100 * value - 7;
  const auto again = fit_worth(requests, 30);
  for (std::size_t i = 0; i < weights.size(); ++i) CHECK(again[i] == Approx(weights[i]));
}

TEST_CASE("A feature that never changes has no weight, and a request of one answer says nothing") {
  auto requests = made_requests(40, 6, 1);
  for (ReadRequest& request : requests)
    for (auto& answer : request.features) answer[2] = 0.1F;
  const auto weights = fit_worth(requests, 30);
  CHECK(std::abs(weights[2]) < 1e-6);
  requests.push_back({"alone", {1e6}, {{50, 0, 0, 0, 0}}});
  CHECK(usable_answers(requests) == 240);
  CHECK(fit_worth(requests, 30) == weights);
}

TEST_CASE("Returns that are all equal are refused") {
  auto requests = made_requests(40, 6, 1);
  for (ReadRequest& request : requests) std::fill(request.returns.begin(), request.returns.end(), 0.3);
  CHECK(contains(refusal([&] { (void)fit_worth(requests, 30); }), "returns"));
}

TEST_CASE("A chosen answer gains its share of what the best would, over requests of four answers and more") {
  std::vector<ReadRequest> requests;
  requests.push_back({"a", {0, 0, 4, 8}, {{0}, {0}, {1}, {0}}});  // chooses 4 of mean 3, best 8
  requests.push_back({"b", {5, 1, 1, 1}, {{1}, {0}, {0}, {0}}});  // chooses the best
  requests.push_back({"c", {9, 0, 0}, {{0}, {1}, {1}}});          // too few
  const auto fit = measured_fit(requests, std::vector<double>{1});
  CHECK(fit.requests == 2);
  CHECK(fit.answers == 8);
  CHECK(fit.gain == Approx((1.0 + 3.0) / (5.0 + 3.0)));
  const std::vector<double> worth{0, 0, 1, 0};
  CHECK(fit.correlation == Approx((1 + score::pearson(worth, requests[0].returns)) / 2));
}

TEST_CASE("Intents are held out whole, the same ones each time") {
  auto requests = made_requests(200, 4, 1);
  requests.push_back(requests.front());  // another task of the same intent
  const auto parts = hold_out(requests, 0.25);
  const auto &seen = parts.first, &unseen = parts.second;
  CHECK(seen.size() + unseen.size() == 201);
  CHECK(unseen.size() > 25);
  CHECK(unseen.size() < 80);
  for (const ReadRequest& one : unseen)
    CHECK(std::none_of(seen.begin(), seen.end(), [&](const auto& other) { return other.intent_id == one.intent_id; }));
  CHECK(hold_out(requests, 0.25).second.size() == unseen.size());
}

TEST_CASE("A command comes back from what a record says was asked") {
  auto commands = tiny::with_auxiliary({"rarity"});
  commands.mentions = true;
  data::Record record = own("sun sale", 0, 1);
  record.task = "template";
  record.extra["asked"] = {{"return", 3}, {"words", 12}, {"rarity", 4}, {"mention", "harbor, boats"}};
  command::Command command = command::command_of(record, commands);
  CHECK(command.task_index == 1);
  CHECK(command.return_bin == 3);
  CHECK(command.words == 12);
  CHECK(command.auxiliary == std::vector<std::optional<int>>{4});
  CHECK(command.mention == "harbor, boats");
  record.extra["asked"] = {{"return", nullptr}, {"words", nullptr}, {"rarity", nullptr}};
  command = command::command_of(record, commands);
  CHECK_FALSE(command.return_bin);
  CHECK_FALSE(command.words);
  CHECK(command.auxiliary == std::vector<std::optional<int>>{std::nullopt});
  CHECK(command.mention.empty());
}

TEST_CASE("An answer is read as training spells it, behind the prompt that it was asked with") {
  std::vector<data::Record> records{own("sun sale", 0, 1)};
  records[0].answer = "Bashoter colimar";
  const World world(records);
  const auto student = inference::StudentModel::open(world.student.path());
  const auto answers = command::read_own_answers(world.options.data, student.fitted());
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].text == " bashoter colimar");
  command::Command command{0, 18, 4};
  CHECK(answers[0].prompt == command::sequence_prompt("sun sale", command));
  CHECK(answers[0].real_return == 1);
}

TEST_CASE("The stage leaves a critic beside the student that tells its answers apart") {
  const World world(own_answers());
  const student::Critic made = make_critic(world.options, quiet_context());
  auto student = inference::StudentModel::open(world.student.path());
  const auto found = student::critic_of(world.student.path(), student.info().sha256);
  REQUIRE(found);
  CHECK(found->state == made.state);
  CHECK(found->state.size() == 32);
  CHECK(found->fit.requests > 0);
  CHECK(found->fit.answers == 5 * found->fit.requests);
  CHECK(found->fit.correlation > 0.3);
  CHECK(found->fit.gain > 0.3);
  CHECK(contains(to_text(found->fit), std::to_string(found->fit.requests) + " unseen requests"));
}

TEST_CASE("A critic says nothing of an answer whose states were not asked for") {
  const World world(own_answers());
  make_critic(world.options, quiet_context());
  const auto student = inference::StudentModel::open(world.student.path(), {}, true);
  lm::Likelihood read;
  read.tokens = 3;
  CHECK_FALSE(student.worth(read));
  read.state.assign(32, 0.5F);
  CHECK(student.worth(read));
  read.state.pop_back();
  CHECK(contains(refusal([&] { (void)student.worth(read); }), "another width"));
}

TEST_CASE("All splits are read, and a damaged critic is fitted again") {
  auto records = own_answers();
  const std::vector<data::Record> held_out(records.end() - 150, records.end());
  records.resize(records.size() - 150);
  const World world(records);
  write_records(world.folder / "tagged" / "test", held_out);
  std::ofstream(world.critic()) << "{";
  make_critic(world.options, quiet_context());
  CHECK(command::read_own_answers(world.options.data, tiny::commands()).size() == 300);
  CHECK_NOTHROW(student::load_critic(world.critic()));
}

TEST_CASE("Records that are not the student's own answers are refused, each by its place") {
  const std::string place = "part-00000.jsonl:3";
  const auto refused = [&](const std::function<void(data::Record&)>& change) {
    const std::string what = refused_with(change);
    CHECK(contains(what, place));
    return what;
  };
  CHECK(contains(refused([](auto& r) { r.extra.erase("asked"); }), "the student's own answers?"));
  CHECK(contains(refused([](auto& r) { r.return_value.reset(); }), "no return"));
  CHECK(contains(refused([](auto& r) { r.task = "letter"; }), "letter"));
  CHECK(contains(refused([](auto& r) { r.extra["asked"]["return"] = 5; }), "0 to 4"));
  CHECK(contains(refused([](auto& r) { r.extra["asked"]["words"] = 0; }), "1 to 80"));
  CHECK(contains(refused([](auto& r) { r.extra["asked"]["rarity"] = 4; }), "'rarity'"));
  CHECK(contains(refused([](auto& r) { r.extra["asked"]["mention"] = "boats"; }), "boats"));
}

TEST_CASE("Too few answers, none at all, and a student that counts down are refused, and nothing is written") {
  const World few(own_answers(10)), none({});
  CHECK(contains(few.refused(), "too few answers"));
  CHECK(contains(none.refused(), "no tagged answers"));
  CHECK_FALSE(fs::exists(few.critic()));
  auto commands = tiny::commands();
  commands.countdown = true;
  CHECK(contains(World(own_answers(10), commands).refused(), "counts down"));
}

TEST_CASE("A stop is told, and the same command begins anew") {
  const NoStop no_stop;
  const World world(own_answers());
  request_stop();
  CHECK_FALSE(refusal([&] { make_critic(world.options, quiet_context()); }, ErrorKind::stopped).empty());
  CHECK_FALSE(fs::exists(world.critic()));
  request_stop(false);
  CHECK(make_critic(world.options, quiet_context()).fit.requests > 0);
}

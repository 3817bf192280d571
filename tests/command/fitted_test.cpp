// What may be asked, what a return is, and commands.json.
#include <unistd.h>
#include <filesystem>

#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/text.hpp"

using namespace udrl::command;

namespace {

namespace fs = std::filesystem;

/// Task `image`: 20 records at each of 10 … 30 words in bins 0 … 3, and 10 at 15 … 20 words in bin 4.
Fitted example() {
  Fitted fitted;
  fitted.normalisation_version = udrl::data::normalisation_version;
  fitted.bins = 5;
  fitted.weights = {{"relevance", 3.0}, {"masked", 1.0}};
  fitted.copying_penalty = 0.5;
  FittedTask task;
  task.name = "image";
  task.scorers = {{"relevance", {0.5, 0.1}}, {"masked", {0.2, 0.2}}, {"copying", {0.4, 0.2}}};
  task.length_slope = 0.01;
  task.length_intercept = -0.2;
  task.quantiles = quantiles_101({-1, -0.5, 0, 0.5, 1});
  task.spread_within = 0.7;
  task.support = Support(5);
  for (int words = 10; words <= 30; ++words) {
    for (int bin = 0; bin < 4; ++bin) task.support.add(words, bin, 20);
  }
  for (int words = 15; words <= 20; ++words) task.support.add(words, 4, 10);
  fitted.tasks.push_back(task);
  task.name = "template";
  task.edges = {-1.5, 0, 0.25, 1e300};
  fitted.tasks.push_back(task);
  return fitted;
}

/// The same where less `novelty` can be asked for too: high returns have little of it, low ones much.
Fitted with_novelty() {
  Fitted fitted = example();
  fitted.auxiliary = {{"novelty", -1}};
  fitted.countdown = true;
  for (FittedTask& task : fitted.tasks) {
    task.scorers["novelty"] = {0.5, 0.1};
    FittedReturn novelty = task;
    novelty.length_slope = 0.02, novelty.length_intercept = 0.5;
    task.auxiliary = {novelty};
    task.joint = {{{4, 0}, 60}, {{0, 4}, 400}};
  }
  return fitted;
}

/// The message of the user's mistake that `act` throws.
template <class Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const udrl::Error& error) {
    CHECK(error.kind() == udrl::ErrorKind::user);
    return error.what();
  }
  return "";
}

bool names(const std::string& message, const std::string& part) {
  INFO(message);
  return message.find(part) != std::string::npos;
}

bool nearest_is(const Fitted& fitted, const Command& command, const std::string& nearest) {
  return names(refusal([&] { fitted.check(command); }), "nearest supported command is " + nearest);
}

struct Folder {
  fs::path path = fs::temp_directory_path() / ("udrl_fitted_" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("A return is the weighted mean of z less length and copying") {
  const Fitted fitted = example();
  // z: relevance 2, masked -1, copying 1: (3*2 - 1) / 4 = 1.25; length -0.2 + 0.2 = 0; copying 0.5.
  const double value = fitted.real_return(fitted.tasks[0], {{"relevance", 0.7}, {"masked", 0.0}, {"copying", 0.6}}, 20);
  CHECK(value == Approx(0.75));
  CHECK_THROWS_AS(fitted.real_return(fitted.tasks[0], {{"relevance", 0.7}, {"copying", 0.6}}, 20), udrl::Error);
}

TEST_CASE("A percentile follows the quantiles and ends at 0 and 1") {
  const Fitted fitted = example();
  CHECK(fitted.percentile(fitted.tasks[0], -2) == 0.0);
  CHECK(fitted.percentile(fitted.tasks[0], 0) == Approx(0.5));
  CHECK(fitted.percentile(fitted.tasks[0], 0.625) == Approx(0.8125));
  CHECK(fitted.percentile(fitted.tasks[0], 3) == 1.0);
  CHECK(fitted.bin_of(fitted.tasks[0], 3) == 4);
  CHECK(fitted.bin_of(fitted.tasks[0], 0.05) == 2);
}

TEST_CASE("Edges decide the bin of a global return") {
  const Fitted fitted = example();
  CHECK(fitted.bin_of(fitted.tasks[1], -2) == 0);
  CHECK(fitted.bin_of(fitted.tasks[1], 0) == 2);
  CHECK(fitted.bin_of(fitted.tasks[1], 100) == 3);
}

TEST_CASE("A percentile among an intent's draws wants five of them") {
  const std::vector<double> draws{1, 2, 2, 3, 4};
  CHECK(percentile_among(draws, 2).value() == Approx(0.4));
  CHECK(percentile_among(draws, 9).value() == 1.0);
  CHECK_FALSE(percentile_among(std::vector<double>{1, 2, 3, 4}, 2).has_value());
}

TEST_CASE("The top return is the highest that the data supports") {
  Fitted fitted = example();
  CHECK(fitted.top_return(0) == 4);
  CHECK(fitted.lowest_return(0) == 0);
  CHECK(fitted.top_return(0, 28) == 3);
  fitted.rule.top_at_least = 61;
  CHECK(fitted.top_return(0) == 3);
  fitted.rule.top_at_least = 1'000'000;
  CHECK(fitted.top_return(0) == 0);
}

TEST_CASE("Returns are asked by word or by number") {
  const Fitted fitted = example();
  CHECK(fitted.command(0, 18, "top").return_bin == 4);
  CHECK(fitted.command(0, 18, "top").words == 18);
  CHECK(fitted.command(0, {}, "lowest").return_bin == 0);
  CHECK(fitted.command(0, {}, "2").return_bin == 2);
  CHECK_FALSE(fitted.command(0, {}, "any").return_bin.has_value());
  for (const char* text : {"5", "-1", "2x", "", "best", "top+novelty=2"}) {
    CHECK_THROWS_AS(fitted.command(0, {}, text), udrl::Error);
  }
}

TEST_CASE("A top that is lower than elsewhere is told, with the nearest length that has the usual one") {
  const Fitted fitted = example();
  const auto remark = [&](std::optional<int> words, const std::string& returns) {
    return fitted.remark(fitted.command(0, words, returns), returns);
  };
  CHECK(remark(18, "top").empty());
  CHECK(remark({}, "top").empty());
  CHECK(remark(28, "lowest").empty());
  CHECK(remark(28, "3").empty());
  CHECK(remark(28, "any").empty());
  CHECK(remark(28, "top") ==
        "task image, words 28, return 3: the top return that the training data supports is 3, of 0 to 4; elsewhere it "
        "is 4 (nearest: 22 words)");
}

TEST_CASE("A top at a length that the data lacks is that of all lengths, and is refused as such") {
  const Fitted fitted = example();
  CHECK(fitted.command(0, 79, "top").return_bin == 4);
  CHECK(nearest_is(fitted, fitted.command(0, 34, "top"), "task image, words 32, return 3"));
  CHECK(fitted.command(0, 79, "lowest").return_bin == 0);
}

TEST_CASE("A supported command passes") {
  const Fitted fitted = example();
  CHECK_NOTHROW(fitted.check({0, 18, 4}));
  CHECK_NOTHROW(fitted.check({0, 22, 4}));  // within reach of 20
  CHECK_NOTHROW(fitted.check({0, {}, 4}));
  CHECK_NOTHROW(fitted.check({0, 30, {}}));
  CHECK_NOTHROW(fitted.check({0, {}, {}}));
}

TEST_CASE("An unsupported command is refused with the nearest one named") {
  const Fitted fitted = example();
  CHECK(nearest_is(fitted, {0, 79, 2}, "task image, words 32, return 2"));
  CHECK(nearest_is(fitted, {0, 30, 4}, "task image, words 30, return 3"));
  CHECK(nearest_is(fitted, {0, 23, 4}, "task image, words 22, return 4"));
  CHECK(nearest_is(fitted, {0, 18, 7}, "task image, words 18, return 4"));
  CHECK(nearest_is(fitted, {0, 0, {}}, "task image, words 8, return any"));
  CHECK_THROWS_AS(fitted.check({2, 18, 4}), udrl::Error);
}

TEST_CASE("Where nothing is supported, that is said, and no nearest command is named") {
  Fitted fitted = example();
  CHECK(fitted.unsupported_tasks().empty());
  fitted.tasks[1].support = Support(5);
  fitted.tasks[1].support.add(12, 3, 4);
  CHECK(fitted.supports_any(0));
  CHECK_FALSE(fitted.supports_any(1));
  CHECK(fitted.unsupported_tasks() == "template");
  try {
    fitted.check({1, 12, 3, {}});
    FAIL("accepted");
  } catch (const udrl::Error& error) {
    const std::string message = error.what();
    CHECK(message.find("supports no command of the task template") != std::string::npos);
    CHECK(message.find("nearest") == std::string::npos);
    CHECK(message.find("support.at_least") != std::string::npos);
  }
}

TEST_CASE("An unknown task is refused with the nearest one named") {
  const Fitted fitted = example();
  CHECK(fitted.index_of("template") == 1);
  CHECK(names(refusal([&] { fitted.index_of("templat"); }), "did you mean 'template'"));
}

TEST_CASE("Lengths are drawn from the top bin") {
  const Fitted fitted = example();
  CHECK(fitted.default_words(0) == 17);
  std::vector<int> counts(81, 0);
  for (int i = 0; i < 600; ++i) {
    udrl::RandomStream random(1, std::to_string(i));
    ++counts.at(static_cast<std::size_t>(fitted.draw_words(0, random)));
  }
  for (std::size_t words = 0; words < counts.size(); ++words) {
    const bool in_top = words >= 15 && words <= 20;
    CHECK(counts[words] >= (in_top ? 60 : 0));
    CHECK(counts[words] <= (in_top ? 140 : 0));
  }
}

TEST_CASE("Auxiliary returns are asked by name, and any where they are not named") {
  const Fitted fitted = with_novelty();
  CHECK(fitted.command(0, 18, "top").auxiliary == std::vector<std::optional<int>>{std::nullopt});
  const Command command = fitted.command(0, 18, "2+novelty=1");
  CHECK(command.return_bin == 2);
  CHECK(command.auxiliary == std::vector<std::optional<int>>{1});
  CHECK(fitted.command(0, 18, "any+novelty=3").auxiliary.front() == 3);
  CHECK(names(refusal([&] { (void)fitted.command(0, 18, "top+novelt=2"); }), "did you mean 'novelty'"));
  for (const char* text : {"top+", "top+novelty", "top+novelty=1+novelty=2"}) {
    CHECK(names(refusal([&] { (void)fitted.command(0, 18, text); }), "top+novelty=3"));
  }
}

TEST_CASE("The top of an auxiliary return is the highest that goes with the return") {
  const Fitted fitted = with_novelty();
  CHECK(fitted.command(0, 18, "top+novelty=top").auxiliary.front() == 0);
  CHECK(fitted.command(0, 18, "lowest+novelty=top").auxiliary.front() == 4);
  CHECK(fitted.command(0, 18, "any+novelty=lowest").auxiliary.front() == 0);
  CHECK(names(fitted.remark(fitted.command(0, 18, "top+novelty=top"), "top+novelty=top"), "the top novelty"));
  CHECK(fitted.remark(fitted.command(0, 18, "lowest+novelty=top"), "lowest+novelty=top").empty());
}

TEST_CASE("Returns are supported one by one and together") {
  const Fitted fitted = with_novelty();
  CHECK_NOTHROW(fitted.check({0, 18, 4, {0}}));
  CHECK_NOTHROW(fitted.check({0, 18, {}, {4}}));
  CHECK_NOTHROW(fitted.check({0, 18, 4, {{}}}));
  CHECK(names(refusal([&] { fitted.check({0, 18, 4, {4}}); }), "together, of any length"));
  CHECK(nearest_is(fitted, {0, 18, 4, {4}}, "task image, words 18, return 4, novelty 0"));
  CHECK(nearest_is(fitted, {0, 18, 1, {3}}, "task image, words 18, return 0, novelty 4"));
  CHECK(nearest_is(fitted, {0, 79, 0, {4}}, "task image, words 22, return 0, novelty 4"));
}

TEST_CASE("An auxiliary return is its scorer's z, with its sign, less what its length explains") {
  const Fitted fitted = with_novelty();
  const std::map<std::string, double> scores{{"relevance", 0}, {"masked", 0}, {"copying", 0}, {"novelty", 0.7}};
  CHECK(fitted.real_return(fitted.tasks[0], scores, 10, 1) == Approx(-2.0 - (0.5 + 0.02 * 10)));
}

TEST_CASE("commands.json comes back as it was") {
  const Fitted fitted = GENERATE(example(), with_novelty());
  const Folder folder;
  save(fitted, folder.path / "commands.json");
  const Fitted back = load(folder.path / "commands.json");
  CHECK(to_json(back) == to_json(fitted));
  CHECK(back.tasks[1].support == fitted.tasks[1].support);
  CHECK(back.weights == fitted.weights);
  CHECK(back.top_return(0) == 4);
}

TEST_CASE("Whether a student was told words to mention comes back, and where nothing is said it was not") {
  Fitted fitted = example();
  fitted.mentions = true;
  const Folder folder;
  save(fitted, folder.path / "commands.json");
  CHECK(load(folder.path / "commands.json").mentions);
  auto json = to_json(fitted);
  json.erase("mentions");
  CHECK_FALSE(fitted_from_json(json).mentions);
}

TEST_CASE("commands.json of before there were auxiliary returns is read") {
  auto json = to_json(example());
  for (const char* field : {"auxiliary_returns", "countdown", "mentions"}) json.erase(field);
  for (auto& task : json["tasks"]) task.erase("auxiliary"), task.erase("joint");
  CHECK(to_json(fitted_from_json(json)) == to_json(example()));
}

TEST_CASE("commands.json of another version is refused") {
  auto json = to_json(example());
  const char* field = GENERATE("version", "normalisation_version");
  json[field] = 99;
  CHECK(names(refusal([&] { fitted_from_json(json); }), "99"));
}

TEST_CASE("A damaged commands.json is refused with its name") {
  const Folder folder;
  const fs::path file = folder.path / "commands.json";
  auto json = to_json(example());
  SECTION("a field is missing") { json["tasks"][0].erase("length"); }
  SECTION("a field has another type") { json["bins"] = "five"; }
  SECTION("whether words were told is no yes or no") { json["mentions"] = "yes"; }
  SECTION("bins are out of range") { json["bins"] = 11; }
  SECTION("bins are no whole number") { json["bins"] = 2.5e300; }
  SECTION("the reach is beyond all lengths") { json["support_rule"]["reach"] = 2147483647; }
  SECTION("a count does not fit") { json["support_rule"]["at_least"] = 1e300; }
  SECTION("a figure is too large to compute with") { json["tasks"][0]["quantiles"][0] = -1e308; }
  SECTION("a weight is too large to compute with") { json["weights"]["relevance"] = 1e308; }
  SECTION("quantiles do not rise") { json["tasks"][0]["quantiles"] = {1, 0, 2}; }
  SECTION("there are more edges than bins") { json["tasks"][0]["edges"] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}; }
  SECTION("an auxiliary return was not fitted") { json["auxiliary_returns"] = {{{"name", "novelty"}, {"weight", 1}}}; }
  SECTION("an auxiliary return has a name that a shell would run") {
    json["auxiliary_returns"] = {{{"name", "$(touch mine)"}, {"weight", 1}}};
  }
  SECTION("a task's name has a line break") { json["tasks"][0]["name"] = "image\n```\nrm"; }
  SECTION("there is no task") { json["tasks"] = nlohmann::json::array(); }
  SECTION("records are counted by other bins") { json["tasks"][0]["joint"] = {{{1, 7}, 3}}; }
  SECTION("a support row is too short") { json["tasks"][0]["support"]["12"] = {1}; }
  SECTION("a support row is not a number of words") { json["tasks"][0]["support"]["many"] = {1, 2, 3, 4, 5}; }
  udrl::write_file_atomic(file, json.dump());
  CHECK(names(refusal([&] { load(file); }), "commands.json"));
  udrl::write_file_atomic(file, json.dump().substr(0, 100));
  CHECK_THROWS_AS(load(file), udrl::Error);
}

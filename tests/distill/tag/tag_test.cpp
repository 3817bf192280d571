// The tag stage: figures against NumPy, ranks into bins, auxiliary returns, and the table of what was made.
#include "udrl/distill/tag.hpp"

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/broken_json.hpp"
#include "distill/support.hpp"
#include "distill/tag/scored.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/distill/returns.hpp"

using namespace udrl::distill;
using namespace udrl::distill::testing;
using udrl::data::Json;
using udrl::data::Record;

namespace {

Json golden() { return Json::parse(udrl::read_file(fs::path(UDRL_SOURCE_DIR) / "tests/distill/tag/returns.json")); }

std::string intent_name(int number) { return "intent " + std::to_string(number); }

/// Ids that sort in the order of the draws, as NumPy's stable ranks do.
Record golden_record(const Json& json) {
  const int intent = json.at("intent").get<int>(), draw = json.at("draw").get<int>();
  Record record = sample(intent_name(intent), json.at("task").get<std::string>(), draw, "");
  char id[64];
  std::snprintf(id, sizeof id, "%s-%03d-%03d", record.task.c_str(), intent, draw);
  record.id = id;
  record.answer = std::string("answer ") + id;
  record.words = json.at("words").get<int>();
  record.scores = json.at("scores").get<std::map<std::string, double>>();
  return record;
}

std::vector<Record> golden_records(const Json& json) {
  std::vector<Record> records;
  for (const Json& record : json.at("records")) records.push_back(golden_record(record));
  return records;
}

TagOptions golden_options(const Json& json, const TempFolder& folder) {
  TagOptions options;
  options.pool.input = {(folder / "in").string()};
  options.out = folder / "out";
  options.returns.bins = json.at("bins").get<int>();
  options.returns.weights = json.at("weights").get<std::map<std::string, double>>();
  options.returns.copying_penalty = json.at("copying_penalty").get<double>();
  options.pool.split = {1, 0, 0, 0, 0, 0, 0};
  options.pool.near.drop_samples = options.pool.near.drop_held_out = false;
  return options;
}

}  // namespace

TEST_CASE("Bins follow the formula of the design") {
  CHECK(rank_bin(1, 1, 5) == 2);
  CHECK(rank_bin(1, 2, 5) == 1);
  CHECK(rank_bin(2, 2, 5) == 3);
  std::vector<int> of_six;
  for (std::uint64_t rank = 1; rank <= 6; ++rank) of_six.push_back(rank_bin(rank, 6, 5));
  CHECK(of_six == std::vector<int>{0, 1, 2, 2, 3, 4});
  for (std::uint64_t n = 1; n <= 60; ++n) {
    for (std::uint64_t rank = 1; rank <= n; ++rank) {
      // (2·rank - 1)·5 / 2n in doubles is exact enough: it never comes nearer than 1/2n to a whole number it is not.
      const auto expected = static_cast<int>(5.0 * (static_cast<double>(rank) - 0.5) / static_cast<double>(n) + 1e-9);
      CHECK(rank_bin(rank, n, 5) == expected);
    }
  }
}

TEST_CASE("Equal returns get one bin, and the middle one where all are equal") {
  CHECK(tie_bin(1, 4, 4, 5) == 2);
  CHECK(tie_bin(1, 6, 6, 5) == 2);
  CHECK(tie_bin(1, 2, 2, 10) == 5);
  CHECK(tie_bin(1, 2, 6, 5) == 0);  // ranks 1 and 2 of 6: 1.5
  CHECK(tie_bin(5, 6, 6, 5) == 4);
  CHECK(tie_bin(3, 3, 6, 5) == rank_bin(3, 6, 5));
}

TEST_CASE("Moments and lines of degenerate data are defined") {
  CHECK(moments_of(std::vector<double>{0.1, 0.1, 0.1}).deviation == 0.0);
  CHECK(moments_of(std::vector<double>{0.1, 0.1, 0.1}).z(0.7) == 0.0);
  CHECK(moments_of(std::vector<double>{}).mean == 0.0);
  const Line flat = fit_line(std::vector<double>{3, 3}, std::vector<double>{1, 2});
  CHECK(flat.slope == 0.0);
  CHECK(flat.intercept == Approx(1.5));
  SpreadWithin spread;
  for (const double alone : {1.0, 2.0}) spread.add_group(std::vector<double>{alone});
  CHECK(spread.spread() == 0.0);
}

TEST_CASE("Returns, fits and bins agree with NumPy") {
  const Json json = golden();
  const TempFolder folder;
  write_records(folder / "in", golden_records(json));
  TagOptions options = golden_options(json, folder);
  const auto kind = GENERATE(udrl::command::ReturnKind::advantage, udrl::command::ReturnKind::global);
  options.returns.kind = kind;
  tag_samples(options, quiet_context());

  const auto fitted = udrl::command::load(options.out / "commands.json");
  for (const auto& task : fitted.tasks) {
    const Json& expected = json.at("fitted").at(task.name);
    for (const auto& [name, moments] : task.scorers) {
      CHECK(moments.mean == Approx(expected.at("moments").at(name).at(0).get<double>()).epsilon(1e-9));
      CHECK(moments.deviation == Approx(expected.at("moments").at(name).at(1).get<double>()).epsilon(1e-9));
    }
    CHECK(task.length_slope == Approx(expected.at("slope").get<double>()).epsilon(1e-9));
    CHECK(task.length_intercept == Approx(expected.at("intercept").get<double>()).epsilon(1e-9));
    CHECK(task.spread_within == Approx(expected.at("spread_within").get<double>()).epsilon(1e-5));
    for (std::size_t i = 0; i <= 100; ++i) {
      CHECK(task.quantiles.at(i) == Approx(expected.at("quantiles").at(i).get<double>()).margin(2e-6));
    }
  }
  const auto records = read_split(options.out, "train");
  REQUIRE(records.size() == json.at("records").size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Json& expected = json.at("records").at(i).at("expected");
    INFO(records[i].id);
    CHECK(records[i].return_value.value() == Approx(expected.at("return").get<double>()).margin(1e-6));
    CHECK(records[i].commands.at("return") == expected.at(udrl::to_string(kind)).get<int>());
    CHECK(records[i].commands.at("words") == records[i].words.value());
  }
}

TEST_CASE("The manifest names the models behind the labels, and \"\" where none is known") {
  const TempFolder folder;
  write_records(folder / "in", scored(40, 3));
  TagOptions options = options_for(folder);
  CHECK(tag_samples(options, quiet_context()).manifest.models.at("embedder").empty());
  udrl::data::Manifest scored_by;
  scored_by.stage = "score";
  scored_by.tool_version = "test";
  scored_by.models = {{"embedder", "aa"}, {"embedder of earlier", "bb"}, {"judge", "cc"}};
  udrl::data::write_manifest(folder / "in", scored_by);
  options.out = folder / "out-2";
  const auto models = tag_samples(options, quiet_context()).manifest.models;
  CHECK(models == std::map<std::string, std::string>{{"embedder", "aa"}, {"embedder of earlier", "bb"}});
}

TEST_CASE("Equal returns are all given the middle bin, and counted") {
  const TempFolder folder;
  auto records = scored(1, 5);
  for (Record& record : records) {
    record.words = 10;
    record.scores = {{"relevance", 0.5}, {"relevance_masked", 0.5}, {"copying", 0.5}};
  }
  write_records(folder / "in", records);
  const auto counts = tag_samples(options_for(folder), quiet_context()).manifest.counts;
  CHECK(counts.at("intents_without_an_order") == 1);
  const auto tagged = read_all(folder / "out");
  REQUIRE(tagged.size() == 5);
  for (const Record& record : tagged) CHECK(record.commands.at("return") == 2);
}

TEST_CASE("Support counts the training records by words and bin") {
  const TempFolder folder;
  write_records(folder / "in", scored(40, 5));
  tag_samples(options_for(folder), quiet_context());
  const auto fitted = udrl::command::load(folder / "out" / "commands.json");
  udrl::command::Support expected(5);
  for (const Record& record : read_split(folder / "out", "train")) {
    expected.add(record.commands.at("words"), record.commands.at("return"));
  }
  CHECK(fitted.tasks.at(0).support == expected);
}

TEST_CASE("The table counts what was written") {
  const TempFolder folder;
  write_records(folder / "in", scored(40, 5));
  const TagResult result = tag_samples(options_for(folder), quiet_context());
  std::map<std::string, std::uint64_t> by_split;
  for (const TagRow& row : result.table.rows) by_split[row.split] += row.records;
  for (const char* split : {"train", "valid", "test"}) {
    CHECK(by_split[split] == read_split(folder / "out", split).size());
  }
  const auto& rows = result.table.rows;
  CHECK(rows.at(0).mean_return < rows.at(4).mean_return);
  CHECK(contains(to_text(result.table), "real return"));
  CHECK(udrl::read_file(folder / "out" / "table.txt") == to_text(result.table));

  SECTION("and is reported again by a second run that has nothing to do") {
    const auto before = contents(folder / "out");
    const TagResult again = tag_samples(options_for(folder), quiet_context());
    CHECK(to_json(again.table) == to_json(result.table));
    CHECK(contents(folder / "out") == before);
  }
  SECTION("and an unfinished output is made anew") {
    const auto before = contents(folder / "out");
    auto manifest = result.manifest;
    manifest.complete = false;
    manifest.counts.clear();
    udrl::data::write_manifest(folder / "out", manifest);
    fs::remove_all(folder / "out" / "test");
    fs::resize_file(folder / "out" / "train" / "part-00000.jsonl", 77);
    tag_samples(options_for(folder), quiet_context());
    CHECK(contents(folder / "out") == before);
  }
}

TEST_CASE("An auxiliary return is what a return of its scorer alone would be") {
  const TempFolder folder;
  write_records(folder / "in", scored(30, 5));
  TagOptions both = options_for(folder, "both"), alone = options_for(folder, "alone");
  both.returns.kind = alone.returns.kind =
      GENERATE(udrl::command::ReturnKind::advantage, udrl::command::ReturnKind::global);
  both.returns.weights = {{"relevance", 1}};
  both.returns.auxiliary = {"-relevance_masked"};
  alone.returns.weights = {{"relevance_masked", -1}};
  alone.returns.copying_penalty = 0;
  tag_samples(both, quiet_context());
  tag_samples(alone, quiet_context());
  std::map<std::string, Record> expected;
  for (const Record& record : read_all(alone.out)) expected[record.id] = record;
  std::map<std::vector<int>, std::uint64_t> joint;
  for (const Record& record : read_all(both.out)) {
    CHECK(record.commands.at("relevance_masked") == expected.at(record.id).commands.at("return"));
    CHECK(record.extra.at("returns").at("relevance_masked").get<double>() == *expected.at(record.id).return_value);
    if (record.split == "train") ++joint[{record.commands.at("return"), record.commands.at("relevance_masked")}];
  }
  const auto fitted = udrl::command::load(both.out / "commands.json");
  const auto single = udrl::command::load(alone.out / "commands.json");
  CHECK(fitted.auxiliary == std::vector<udrl::command::AuxiliaryReturn>{{"relevance_masked", -1}});
  CHECK(fitted.tasks[0].auxiliary[0].quantiles == single.tasks[0].quantiles);
  CHECK(fitted.tasks[0].auxiliary[0].edges == single.tasks[0].edges);
  CHECK(fitted.tasks[0].auxiliary[0].support == single.tasks[0].support);
  CHECK(fitted.tasks[0].joint == joint);
  CHECK(fitted.tasks[0].auxiliary[0].spread_within == Approx(single.tasks[0].spread_within));
}

TEST_CASE("An auxiliary return needs a name of its own and a scorer that is not held out") {
  const TempFolder folder;
  write_records(folder / "in", scored(30, 5));
  TagOptions options = options_for(folder);
  SECTION("a command's name") { options.returns.auxiliary = {"words"}; }
  SECTION("a name that no client can write") { options.returns.auxiliary = {"relevance+masked"}; }
  SECTION("a name of the chat template's own") { options.returns.auxiliary = {"messages"}; }
  SECTION("twice") { options.returns.auxiliary = {"relevance", "-relevance"}; }
  SECTION("three") { options.returns.auxiliary = {"relevance", "relevance_masked", "copying"}; }
  SECTION("held out") {
    options.returns.weights = {{"relevance", 1}};
    options.returns.auxiliary = {"relevance_masked"};
    options.returns.held_out_scorers = {"relevance_masked"};
  }
  CHECK_THROWS_AS(tag_samples(options, quiet_context()), udrl::Error);
}

TEST_CASE("A damaged table is refused with file and field") {
  const TempFolder folder;
  write_records(folder / "in", scored(20, 6));
  tag_samples(options_for(folder), quiet_context());
  const fs::path file = folder / "out" / "table.json";
  udrl::test::check_broken_is_told(
      udrl::data::read_json(file), file.string(), [&](const std::string& text) { folder.file("out/table.json", text); },
      [&] { return udrl::test::refusal([&] { tag_samples(options_for(folder), quiet_context()); }); },
      {{"/rows/0/mean_scores/relevance", "/rows/0/mean_scores/relevance_masked", "/rows/0/mean_scores/copying",
        "/subjects/train", "/subjects/valid", "/subjects/test"},
       {}});
}

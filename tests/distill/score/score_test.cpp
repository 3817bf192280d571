// The score stage: what it keeps, that a stop changes nothing, and what may be reused.
#include "udrl/distill/score.hpp"

#include "catch.hpp"
#include "distill/support.hpp"
#include "score/blocks.hpp"
#include "score/reuse.hpp"
#include "score/scorers/fake_embedder.hpp"
#include "score/scorers/fake_reader.hpp"
#include "udrl/data/manifest.hpp"

using namespace udrl::distill;
using namespace udrl::distill::testing;
using udrl::testing::FakeEmbedder;

namespace {

std::vector<udrl::data::Record> samples(int intents, int draws) {
  std::vector<udrl::data::Record> records;
  for (int i = 0; i < intents; ++i) {
    const std::string intent = "subject" + std::to_string(i) + " poster";
    for (int d = 0; d < draws; ++d) {
      records.push_back(sample(intent, "image", d, "picture " + std::to_string(d) + " of subject" + std::to_string(i)));
      if (d == 1) records.back().finish = "length";
    }
  }
  return records;
}

udrl::score::Models with(FakeEmbedder& embedder) { return {{"embedder", &embedder}}; }

ScoreOptions options_for(const fs::path& input, const fs::path& out, int block = 7) {
  ScoreOptions options;
  options.input = {input.string()};
  options.out = out;
  options.block = block;
  return options;
}

/// What is said when values are to be reused of a run whose manifest `change` made another's.
template <class Change>
std::string refusal_to_reuse(Change change) {
  const TempFolder folder;
  write_records(folder / "in", samples(2, 3));
  FakeEmbedder embedder;
  score_samples(options_for(folder / "in", folder / "scored"), with(embedder), quiet_context());
  auto manifest = udrl::data::read_manifest(folder / "scored");
  change(manifest);
  udrl::data::write_manifest(folder / "scored", manifest);
  ScoreOptions options = options_for(folder / "in", folder / "out");
  options.reuse = {(folder / "scored").string()};
  return refusal([&] { score_samples(options, with(embedder), quiet_context()); });
}

}  // namespace

TEST_CASE("Samples get scores and words, cut ones are left out and counted") {
  const TempFolder folder;
  write_records(folder / "in", samples(5, 4));
  FakeEmbedder embedder;
  const auto manifest = score_samples(options_for(folder / "in", folder / "out"), with(embedder), quiet_context());
  CHECK(manifest.complete);
  CHECK(manifest.counts.at("scored") == 15);
  CHECK(manifest.counts.at("finish_length") == 5);
  const auto records = udrl::data::read_records(folder / "out");
  REQUIRE(records.size() == 15);
  CHECK(records[0].words == 4);
  CHECK(records[0].scores.at("copying") == Approx(0.5));
  CHECK(records[0].scores.count("relevance") == 1);
  CHECK(records[0].scores.count("relevance_masked") == 1);
  CHECK(udrl::data::read_manifest(folder / "out").models.at("embedder") == std::string(64, 'f'));
}

TEST_CASE("A score stage that was stopped anywhere ends with the same bytes") {
  const NoStop no_stop;
  const TempFolder folder;
  write_records(folder / "in", samples(12, 5));
  FakeEmbedder embedder;
  score_samples(options_for(folder / "in", folder / "whole"), with(embedder), quiet_context());

  const ScoreOptions options = options_for(folder / "in", folder / "parts");
  int stops = 0;
  for (bool finished = false; !finished;) {
    FakeEmbedder stopping;
    stopping.after_embed = [] { udrl::request_stop(); };
    try {
      finished = score_samples(options, with(stopping), quiet_context()).complete;
    } catch (const udrl::Error& error) {
      REQUIRE(error.kind() == udrl::ErrorKind::stopped);
      ++stops;
    }
    udrl::request_stop(false);
    REQUIRE(stops < 30);
  }
  CHECK(stops == 5);  // 12 intents of 4 whole answers in blocks of 8; a stop is seen before the next block
  CHECK(contents(folder / "parts") == contents(folder / "whole"));
}

TEST_CASE("A block that was half written is redone") {
  const NoStop no_stop;
  const TempFolder folder;
  write_records(folder / "in", samples(12, 5));
  FakeEmbedder embedder;
  score_samples(options_for(folder / "in", folder / "out"), with(embedder), quiet_context());
  const auto whole = contents(folder / "out");
  const std::string shard = "part-00000.jsonl";
  auto manifest = udrl::data::read_manifest(folder / "out");
  manifest.complete = false;
  udrl::data::write_manifest(folder / "out", manifest);
  const double share = GENERATE(0.0, 0.1, 0.5, 0.95);
  fs::resize_file(folder / "out" / shard,
                  static_cast<std::uintmax_t>(share * static_cast<double>(whole.at(shard).size())));
  score_samples(options_for(folder / "in", folder / "out"), with(embedder), quiet_context());
  CHECK(contents(folder / "out") == whole);
}

TEST_CASE("Shards are cut behind whole lines, however long these are") {
  const TempFolder folder;
  const udrl::HeldFolder held(folder / "out");
  const std::string line = std::string(200'000, 'a') + "\n";  // more than is read at once
  for (const char* shard : {"part-00000.jsonl", "part-00001.jsonl"})
    std::ofstream(held / shard) << line << line << line;
  CHECK(written_lines(held) == 6);
  keep_lines(held, 4);
  CHECK(fs::file_size(held / "part-00000.jsonl") == 3 * line.size());
  CHECK(fs::file_size(held / "part-00001.jsonl") == line.size());
  keep_lines(held, 2);
  CHECK(fs::file_size(held / "part-00000.jsonl") == 2 * line.size());
  CHECK_FALSE(fs::exists(held / "part-00001.jsonl"));
}

TEST_CASE("Values are reused for the same intent and answer and asked for otherwise") {
  const TempFolder folder;
  auto old_records = samples(4, 3);
  write_records(folder / "old", old_records);
  FakeEmbedder embedder;
  score_samples(options_for(folder / "old", folder / "old_scored"), with(embedder), quiet_context());

  old_records[0].answer = "another answer under the same id";
  write_records(folder / "new", old_records);
  ScoreOptions options = options_for(folder / "new", folder / "new_scored");
  options.reuse = {(folder / "old_scored").string()};
  embedder.asked.clear();
  const auto manifest = score_samples(options, with(embedder), quiet_context());
  CHECK(manifest.counts.at("reused") == 7);
  CHECK(embedder.asked.size() == 2);  // the new answer, whose words no mask hides, and its intent
  std::map<std::string, udrl::data::Record> before;
  for (const auto& record : udrl::data::read_records(folder / "old_scored")) before[record.id] = record;
  for (const auto& record : udrl::data::read_records(folder / "new_scored")) {
    const bool same_text = record.answer == before.at(record.id).answer;
    CHECK((record.scores == before.at(record.id).scores) == same_text);
  }
}

TEST_CASE("Of values that stand twice the first are reused, and folders fill in what others lack") {
  const TempFolder folder;
  const auto scored = [&](const std::string& name, int intents, const udrl::score::Values& scores) {
    auto records = samples(intents, 1);
    for (auto& record : records) record.scores = scores;
    write_records(folder / name, records);
    udrl::data::write_manifest(folder / name, udrl::data::Manifest());
    return (folder / name).string();
  };
  const std::string first = scored("first", 2, {{"a", 0.25}});
  const std::string second = scored("second", 3, {{"a", 0.5}, {"b", -1.5}, {"unwanted", 3.0}});
  const Reuse reuse({first, second}, udrl::data::Manifest(), {"a", "b", "c"});
  const auto asked = samples(4, 1);
  CHECK(reuse.of(asked[0]) == udrl::score::Values{{"a", 0.25}, {"b", -1.5}});
  CHECK(reuse.of(asked[1]) == udrl::score::Values{{"a", 0.25}, {"b", -1.5}});
  CHECK(reuse.of(asked[2]) == udrl::score::Values{{"a", 0.5}, {"b", -1.5}});
  CHECK(reuse.of(asked[3]).empty());
  CHECK(Reuse({}, udrl::data::Manifest(), {"a"}).of(asked[0]).empty());
}

TEST_CASE("Values of another embedding model are not reused") {
  const auto another = [](udrl::data::Manifest& manifest) { manifest.models["embedder"] = std::string(64, '0'); };
  CHECK(contains(refusal_to_reuse(another), "another model (embedder)"));
}

TEST_CASE("Values of the same embedding model with other weights are not reused") {
  const auto widened = [](udrl::data::Manifest& manifest) { manifest.config["embedder.weights"] = "bf16"; };
  CHECK(contains(refusal_to_reuse(widened), " as bf16"));
}

TEST_CASE("Several inputs are one stream") {
  const TempFolder folder;
  const auto records = samples(6, 3);
  write_records(folder / "all", records);
  write_records(folder / "a", {records.begin(), records.begin() + 8});
  write_records(folder / "b", {records.begin() + 8, records.end()});
  FakeEmbedder embedder;
  score_samples(options_for(folder / "all", folder / "one"), with(embedder), quiet_context());
  ScoreOptions options = options_for(folder / "a", folder / "two");
  options.input.push_back((folder / "b").string());
  score_samples(options, with(embedder), quiet_context());
  CHECK(contents(folder / "one", "manifest.json") == contents(folder / "two", "manifest.json"));
}

TEST_CASE("A malformed line stops the stage or is set aside and counted") {
  const TempFolder folder;
  write_records(folder / "in", samples(3, 3));
  std::ofstream(folder / "in" / "part-00000.jsonl", std::ios::app) << "{\"intent\": \n";
  FakeEmbedder embedder;
  ScoreOptions options = options_for(folder / "in", folder / "out");
  const std::string message = refusal([&] { score_samples(options, with(embedder), quiet_context()); });
  CHECK(contains(message, "part-00000.jsonl"));
  CHECK(contains(message, "10"));
  CHECK(embedder.asked.empty());  // found before any work was done

  options.skip_bad = true;
  options.out = folder / "out2";
  const auto manifest = score_samples(options, with(embedder), quiet_context());
  CHECK(manifest.counts.at("bad_lines") == 1);
  CHECK(manifest.counts.at("scored") == 6);
  CHECK(contains(udrl::read_file(folder / "out2" / "rejects.jsonl"), "intent"));
}

TEST_CASE("An output made with other options is refused") {
  const TempFolder folder;
  write_records(folder / "in", samples(3, 3));
  FakeEmbedder embedder;
  const ScoreOptions options = options_for(folder / "in", folder / "out");
  score_samples(options, with(embedder), quiet_context(R"({"block": 7})"));
  CHECK(contains(refusal([&] { score_samples(options, with(embedder), quiet_context(R"({"block": 8})")); }), "block"));
}

TEST_CASE("What an earlier run lacks is scored, what it has is kept") {
  const TempFolder folder;
  write_records(folder / "in", samples(4, 3));
  FakeEmbedder embedder;
  ScoreOptions first = options_for(folder / "in", folder / "first");
  first.scorers = {"relevance"};
  score_samples(first, with(embedder), quiet_context());
  ScoreOptions second = options_for(folder / "first", folder / "second");
  second.scorers = {"relevance", "repetition"};
  second.reuse = {(folder / "first").string()};
  embedder.asked.clear();
  CHECK(score_samples(second, with(embedder), quiet_context()).counts.at("reused") == 0);
  CHECK(embedder.asked.empty());
  for (const auto& record : udrl::data::read_records(folder / "second")) CHECK(record.scores.size() == 2);
}

TEST_CASE("A suffix keeps two models' values apart, and scores that were there stay") {
  const TempFolder folder;
  write_records(folder / "in", samples(2, 2));
  FakeEmbedder embedder;
  ScoreOptions first = options_for(folder / "in", folder / "first");
  first.scorers = {"relevance", "repetition"};
  score_samples(first, with(embedder), quiet_context());
  ScoreOptions second = options_for(folder / "first", folder / "second");
  second.scorers = {"relevance", "repetition"};
  second.suffix = "_other";
  score_samples(second, with(embedder), quiet_context());
  for (const auto& record : udrl::data::read_records(folder / "second")) {
    CHECK(record.scores.size() == 3);
    CHECK(record.scores.count("relevance_other") == 1);
  }
}

TEST_CASE("Blocks hold whole intents, in an order that is not the input's") {
  const TempFolder folder;
  auto records = samples(9, 4);
  write_records(folder / "in", records);
  std::reverse(records.begin(), records.end());
  write_records(folder / "reversed", records);
  FakeEmbedder embedder;
  score_samples(options_for(folder / "in", folder / "a"), with(embedder), quiet_context());
  score_samples(options_for(folder / "reversed", folder / "b"), with(embedder), quiet_context());
  CHECK(contents(folder / "a", "manifest.json") == contents(folder / "b", "manifest.json"));
  std::vector<std::string> ids;
  for (const auto& record : udrl::data::read_records(folder / "a")) ids.push_back(record.intent.intent_id);
  CHECK(std::is_sorted(ids.begin(), ids.end()));
}

TEST_CASE("With the scorer 'valid' an answer that breaks a rule is scored and says so") {
  const TempFolder folder;
  auto records = samples(2, 1);
  records[0].answer = "Sure, here is a picture of a fox in the white snow at dawn";
  records[1].answer = "Red fox asleep in deep snow under tall birch trees, soft light";
  write_records(folder / "in", records);
  ScoreOptions options = options_for(folder / "in", folder / "out");
  options.tasks_folder = fs::path(UDRL_SOURCE_DIR) / "data" / "tasks";
  options.scorers = {"valid"};
  CHECK(score_samples(options, quiet_context()).counts.at("scored") == 2);
  double valid = 0;
  for (const auto& record : udrl::data::read_records(folder / "out")) valid += record.scores.at("valid");
  CHECK(valid <= 1);
  options.scorers = {"copying"};
  options.out = folder / "ruled";
  CHECK(score_samples(options, quiet_context()).counts.at("rule_preamble") == 1);
}

TEST_CASE("A task without a file is found before a model runs, where a scorer reads it") {
  const TempFolder folder;
  auto records = samples(4, 1);
  records.back().task = "unheard-of";
  write_records(folder / "in", records);
  ScoreOptions options = options_for(folder / "in", folder / "out");
  options.tasks_folder = fs::path(UDRL_SOURCE_DIR) / "data" / "tasks";
  options.scorers = {"valid"};
  const std::string message = refusal([&] { score_samples(options, quiet_context()); });
  CHECK(contains(message, "'unheard-of' in record " + records.back().id));
  CHECK_FALSE(udrl::data::has_shards(options.out));
  options.scorers = {"copying"};
  options.out = folder / "other";
  CHECK_NOTHROW(score_samples(options, quiet_context()));
}

TEST_CASE("A folder is not gone on with by other rules, but a new task changes nothing") {
  const TempFolder folder;
  fs::copy(fs::path(UDRL_SOURCE_DIR) / "data" / "tasks", folder / "tasks");
  write_records(folder / "in", samples(2, 3));
  ScoreOptions options = options_for(folder / "in", folder / "out");
  options.tasks_folder = folder / "tasks";
  options.scorers = {"copying", "valid"};
  score_samples(options, quiet_context());
  std::string other = udrl::read_file(folder / "tasks" / "image.toml");
  udrl::write_file_atomic(folder / "tasks" / "poster.toml",
                          other.replace(other.find("name = \"image\""), 14, "name = \"poster\""));
  CHECK_NOTHROW(score_samples(options, quiet_context()));
  udrl::write_file_atomic(folder / "tasks" / "image.toml", udrl::read_file(folder / "tasks" / "image.toml") + "\n");
  CHECK(contains(refusal([&] { score_samples(options, quiet_context()); }), "task image"));
}

TEST_CASE("Values are reused whatever else made the records, but not under another suffix") {
  const auto change_models = [](auto& manifest) { manifest.models["student"] = "another"; };
  CHECK(refusal_to_reuse(change_models).empty());
  const auto change_suffix = [](auto& manifest) { manifest.config["suffix"] = "_b"; };
  CHECK(contains(refusal_to_reuse(change_suffix), "another suffix"));
}

TEST_CASE("A value that cannot be had again does not stay another model's") {
  const TempFolder folder;
  auto records = samples(1, 1);
  records[0].answer = "unspeakable";
  records[0].scores["judge"] = 4.5;
  write_records(folder / "in", records);
  udrl::testing::FakeReader reader;
  ScoreOptions options = options_for(folder / "in", folder / "out");
  options.tasks_folder = fs::path(UDRL_SOURCE_DIR) / "data" / "tasks";
  options.scorers = {"judge", "valid"};
  score_samples(options, {{"judge", &reader}}, quiet_context());
  CHECK_FALSE(udrl::data::read_records(folder / "out").front().scores.contains("judge"));
}

TEST_CASE("Samples whose intents have ids of another kind are still blocks of whole intents") {
  const TempFolder folder;
  auto records = samples(6, 1);
  for (std::size_t i = 0; i < records.size(); ++i) records[i].intent.intent_id = "beach-" + std::to_string(i);
  write_records(folder / "in", records);
  SortedSamples sorted(udrl::data::RecordStream({(folder / "in").string()}, {}), Filter({}, {}), folder.path(),
                       nullptr);
  std::size_t blocks = 0;
  sorted.for_each_block(1, [&](const auto&) { ++blocks; });
  CHECK(blocks == 6);
}

TEST_CASE("What a scorer lacks is said before the input is read") {
  const TempFolder folder;
  fs::create_directory(folder / "in");
  udrl::write_file_atomic(folder / "in" / "part-00000.jsonl", "no JSON\n");
  ScoreOptions options = options_for(folder / "in", folder / "out");
  options.scorers = {"pmi"};
  CHECK(contains(refusal([&] { score_samples(options, quiet_context()); }), "'pmi' needs a model"));
}

TEST_CASE("Where no answer is worth scoring it is said there and then, with what became of them") {
  const TempFolder folder;
  auto records = samples(2, 1);
  records[0].finish = "length";
  records[1].finish = "rejected";
  write_records(folder / "in", records);
  ScoreOptions options = options_for(folder / "in", folder / "out");
  options.scorers = {"copying"};
  const std::string message = refusal([&] { score_samples(options, quiet_context()); });
  CHECK(contains(message, "no sample to score"));
  CHECK(contains(message, "finish_length 1, finish_rejected 1"));
  CHECK_FALSE(udrl::data::read_manifest(options.out).complete);
  udrl::write_file_atomic(folder / "in" / "part-00000.jsonl", "");
  options.out = folder / "other";
  CHECK(contains(refusal([&] { score_samples(options, quiet_context()); }), "none"));
}

TEST_CASE("Scoring without an embedding model works where no scorer embeds") {
  const TempFolder folder;
  write_records(folder / "in", samples(3, 3));
  ScoreOptions options = options_for(folder / "in", folder / "out");
  options.scorers = {"copying"};
  CHECK(score_samples(options, quiet_context()).counts.at("scored") == 6);
  options.scorers = {"relevance"};
  options.out = folder / "out2";
  CHECK_THROWS_AS(score_samples(options, udrl::score::Models{}, quiet_context()), udrl::Error);
}

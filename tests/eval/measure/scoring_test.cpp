// Scorers: which made the labels, and that nothing is scored twice.
#include "measure/scoring.hpp"

#include <fstream>

#include "base/process/notes.hpp"
#include "catch.hpp"
#include "data/broken_json.hpp"
#include "eval/fixtures.hpp"

#include "measure/gate_cache.hpp"
#include "measure/value_cache.hpp"
#include "score/scorers/fake_embedder.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/manifest.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;
using udrl::testing::FakeEmbedder;

namespace {

Labels labels_of(const data::Json& weights, const std::string& model) {
  TempFolder folder;
  data::Manifest manifest;
  manifest.stage = "tag";
  manifest.tool_version = "test";
  manifest.config = {{"weights", weights}, {"auxiliary", {"-novelty", "rarity"}}};
  if (!model.empty()) manifest.models["embedder"] = model;
  data::write_manifest(folder.path(), manifest);
  return read_labels(folder.path());
}

const ScorerInfo info{"fake", "relevance", ScorerRole::other_kind, "aa"};

RelevanceScorer scorer_on(FakeEmbedder& embedder) {
  score::Resources resources;
  resources.models["embedder"] = &embedder;
  return {info, resources};
}

score::GateAnswers four_posters() {
  score::GateAnswers on{{}, {"image"}, 4};
  for (std::size_t s = 0; s < 4; ++s) {
    const std::string subject = "subject" + std::to_string(s);
    on.answers.push_back({intent(subject + " poster", subject), "a poster for " + subject, 0, s});
  }
  return on;
}

const std::vector<score::Candidate> answers = {{"tea shop", "a cup of tea", "image"}, {"tea shop", "a shop", "image"}};

ValueCache cache_in(const TempFolder& folder, const ScorerInfo& scorer = info,
                    const std::map<std::string, std::string>& inputs = {}) {
  return {folder.path() / "s", scorer, inputs, {"raw", "masked"}};
}

/// What the scorer makes of the texts, by way of the cache.
std::vector<TextValues> kept(ValueCache cache, const RelevanceScorer& scorer, std::span<const score::Candidate> texts) {
  const auto score = [&](std::span<const score::Candidate> missing) {
    std::vector<TextValues> values;
    for (const Relevance& one : scorer.score(missing)) values.push_back({one.raw, one.masked});
    return values;
  };
  return cache.score(texts, score, [](std::size_t) {});
}

}  // namespace

TEST_CASE("a scorer's role follows from the labels' values and models") {
  const Labels labels = labels_of({{"relevance_masked", 0.5}, {"pmi", 0.0}}, "aa");
  CHECK(role_of("relevance", "aa", labels) == ScorerRole::label);
  CHECK(role_of("relevance", "bb", labels) == ScorerRole::same_kind);
  CHECK(role_of("pmi", "cc", labels) == ScorerRole::other_kind);
  CHECK(labels.values.contains("novelty"));
  CHECK(!labels.values.contains("rarity"));  // counted words: no scorer's kin
}

TEST_CASE("the labels' model is no other scorer however it is asked, nor is anything beside an unknown value") {
  CHECK(role_of("pmi", "aa", labels_of({{"fluency", 1.0}}, "aa")) == ScorerRole::label);
  CHECK(role_of("pmi", "cc", labels_of({{"somebody's own", 1.0}}, "aa")) == ScorerRole::label);
}

TEST_CASE("where nothing is known of the labels, every scorer counts as one that made them") {
  CHECK(role_of("pmi", "cc", read_labels("/no/such/folder")) == ScorerRole::label);
  CHECK(role_of("pmi", "cc", labels_of({{"relevance", 1.0}}, "")) == ScorerRole::label);
}

TEST_CASE("the subject named in an answer counts raw and not masked") {
  FakeEmbedder embedder;
  const auto values = scorer_on(embedder).score(answers);
  CHECK(values[0].raw > values[0].masked);
}

TEST_CASE("what was scored before is read back, not scored again") {
  TempFolder folder;
  FakeEmbedder embedder;
  const RelevanceScorer scorer = scorer_on(embedder);
  const auto first = kept(cache_in(folder), scorer, answers);
  const std::size_t asked = embedder.asked.size();
  CHECK(asked > 0);
  std::vector<score::Candidate> more = answers;
  more.push_back(answers[0]);
  const auto again = kept(cache_in(folder), scorer, more);
  CHECK(embedder.asked.size() == asked);
  CHECK(again[0] == first[0]);
  CHECK(again[2] == first[0]);
}

TEST_CASE("values of another model, or under other task files, are refused") {
  TempFolder folder;
  cache_in(folder, info, {{"task image", "1"}});
  ScorerInfo other = info;
  other.model = "bb";
  FakeEmbedder embedder;
  kept(cache_in(folder, info, {{"task image", "1"}}), scorer_on(embedder), answers);
  CHECK_THROWS_AS(cache_in(folder, other, {{"task image", "1"}}), Error);
  CHECK_THROWS_AS(cache_in(folder, info, {{"task image", "2"}}), Error);
}

TEST_CASE("what made any student's labels made labels, and unknown labels stay unknown") {
  const Labels a{{"relevance"}, {"aa"}, true}, b{{"pmi"}, {"bb"}, true};
  const Labels both = together(a, b);
  CHECK(both.known);
  CHECK(role_of("pmi", "bb", a) == ScorerRole::other_kind);
  CHECK(role_of("pmi", "bb", both) == ScorerRole::label);
  CHECK_FALSE(together(a, {}).known);
}

TEST_CASE("gates are measured once for the same answers, and again for others") {
  TempFolder folder;
  FakeEmbedder embedder;
  const RelevanceScorer scorer = scorer_on(embedder);
  score::GateAnswers on = four_posters();
  Observer silent;
  const auto file = folder.path() / "gates.json";
  const auto first = cached_gates(file, scorer, on, {{}, 50, 1}, silent);
  const std::size_t asked = embedder.asked.size();
  const auto again = cached_gates(file, scorer, on, {{}, 50, 1}, silent);
  CHECK(embedder.asked.size() == asked);
  REQUIRE(again.size() == 2);
  CHECK(again[0].shuffled.value == first[0].shuffled.value);
  CHECK(again[0].swapped.at("subject").low == first[0].swapped.at("subject").low);
  CHECK(again[1].by_task == first[1].by_task);
  on.answers[0].text = "another answer";
  cached_gates(file, scorer, on, {{}, 50, 1}, silent);
  CHECK(embedder.asked.size() > asked);
}

TEST_CASE("Gates and damage that are damaged are measured again, and the user is told why") {
  TempFolder folder;
  FakeEmbedder embedder;
  const RelevanceScorer scorer = scorer_on(embedder);
  const score::GateAnswers on = four_posters();
  const auto check = [&](const std::string& name, const auto& measure, const test::Lenient& lenient) {
    Observer silent;
    measure(folder / name, silent);
    const data::Json whole = data::read_json(folder / name);
    const auto told = [&] {
      test::Notes notes;
      measure(folder / name, notes);
      CHECK(data::read_json(folder / name) == whole);
      return notes.all;
    };
    test::check_broken_is_told(
        whole, (folder / name).string(), [&](const std::string& text) { folder.file(name, text); }, told, lenient);
  };
  const auto gates = [&](const auto& file, Observer& observer) {
    cached_gates(file, scorer, on, {{}, 50, 1}, observer);
  };
  const auto damage = [&](const auto& file, Observer& observer) { cached_damage(file, scorer, on, {50, 1}, observer); };
  check("gates.json", gates, {{"/gates/0/by_task/image", "/gates/0/pairs/subject", "/gates/0/swapped/subject"}, {}});
  check("damage.json", damage, {});
}

TEST_CASE("Scores and labels that are damaged are refused with file and field") {
  TempFolder folder;
  FakeEmbedder embedder;
  const auto told = [&] { return test::refusal([&] { cache_in(folder); }); };
  kept(cache_in(folder), scorer_on(embedder), answers);
  const std::filesystem::path shard = data::list_shards(folder / "s").front();
  const auto put = [&](const std::string& text) { std::ofstream(shard) << text << "\n"; };
  test::check_broken_is_told({{"key", "k"}, {"raw", 0.5}, {"masked", 0.25}}, shard.string(), put, told);

  data::Manifest manifest;
  manifest.stage = "tag";
  manifest.config = {{"weights", {{"pmi", 1.0}}}, {"auxiliary", {"-novelty"}}};
  manifest.models["embedder"] = "aa";
  test::check_broken_is_told(
      data::to_json(manifest), (folder / "manifest.json").string(),
      [&](const std::string& text) { folder.file("manifest.json", text); },
      [&] { return test::refusal([&] { read_labels(folder.path()); }); },
      {{"/config/auxiliary", "/config/weights/pmi", "/models/embedder"}, {"/config/weights"}});
}

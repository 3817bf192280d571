// Synthesis with a fake teacher: every answer once, resumable, a function of the seed.
#include "udrl/distill/synthesize.hpp"

#include "catch.hpp"
#include "fake_teacher.hpp"
#include "support.hpp"

using namespace udrl;
using namespace udrl::distill;
using namespace udrl::distill::testing;

namespace {

SynthesizeOptions options_in(const TemporaryFolder& folder, const std::string& out) {
  data::ShardWriter writer(folder / "intents");
  if (!data::has_shards(folder / "intents")) {
    for (const char* text : {"holiday sale", "yoga retreat", "lost cat"}) {
      data::Intent intent{content_id({text}), text, "group", text, "", ""};
      writer.append(data::to_json(intent));
    }
  }
  writer.close();
  SynthesizeOptions options;
  options.intents = folder / "intents";
  options.tasks_folder = fs::path(UDRL_SOURCE_DIR) / "data/tasks";
  options.tasks = {"image", "template"};
  options.out = folder / out;
  options.draws = 4;
  return options;
}

std::map<std::string, std::string> lines_by_id(const fs::path& folder) {
  std::map<std::string, std::string> lines;
  for (const data::Record& record : data::read_records(folder)) {
    REQUIRE(lines.count(record.id) == 0);
    lines[record.id] = data::to_json(record).dump();
  }
  return lines;
}

}  // namespace

TEST_CASE("Synthesis asks for each intent, task and draw once") {
  const NoStop no_stop;
  const TemporaryFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeTeacher teacher;
  const SynthesizeResult result = synthesize(options, teacher, quiet_context());
  CHECK(result.manifest.complete);
  CHECK(result.manifest.counts.at("stop") == 3 * 2 * 4);
  CHECK(teacher.asked.size() == 3 * 2 * 4);
  for (const data::Record& record : data::read_records(options.out)) {
    CHECK(record.sampling.temperature == options.temperatures[static_cast<std::size_t>(record.draw)]);
    CHECK(record.sampling.few_shot.size() == 4);
    CHECK(data::to_json(record.intent)["subject"] == record.intent.subject);
  }
}

TEST_CASE("Draws of an intent take turns among as many few-shot subsets as asked for") {
  const NoStop no_stop;
  const TemporaryFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  options.subsets_per_intent = GENERATE(1, 2, 3);
  options.draws = 6;
  FakeTeacher teacher;
  synthesize(options, teacher, quiet_context());
  std::map<std::string, std::map<std::vector<std::string>, int>> draws_by_subset;
  std::set<std::vector<std::string>> first_subsets;
  for (const data::Record& record : data::read_records(options.out)) {
    ++draws_by_subset[record.task + record.intent.intent][record.sampling.few_shot];
    if (record.draw == 0) first_subsets.insert(record.sampling.few_shot);
  }
  REQUIRE(draws_by_subset.size() == 3 * 2);
  for (const auto& [question, draws] : draws_by_subset) {
    CHECK(static_cast<int>(draws.size()) == options.subsets_per_intent);
    for (const auto& [subset, count] : draws) CHECK(count == 6 / options.subsets_per_intent);
  }
  CHECK(first_subsets.size() > 2);  // other intents, other subsets
}

TEST_CASE("Not every intent need be asked every task, and draws may be numbered on") {
  const NoStop no_stop;
  const TemporaryFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  options.tasks = {"image", "template", "headline", "search", "fields"};
  options.tasks_per_intent = 2;
  options.first_draw = 4;
  FakeTeacher teacher;
  CHECK(synthesize(options, teacher, quiet_context()).manifest.complete);
  std::map<std::string, std::set<std::string>> tasks;
  for (const data::Record& record : data::read_records(options.out)) {
    tasks[record.intent.intent].insert(record.task);
    CHECK((record.draw >= 4 && record.draw < 8));
  }
  REQUIRE(tasks.size() == 3);
  for (const auto& [intent, names] : tasks) CHECK(names.size() == 2);
}

TEST_CASE("Jobs that share the intents ask each question once among them") {
  const NoStop no_stop;
  const TemporaryFolder folder;
  FakeTeacher whole;
  synthesize(options_in(folder, "whole"), whole, quiet_context());
  std::map<std::string, std::string> together;
  for (const char* shard : {"1/2", "2/2"}) {
    SynthesizeOptions options = options_in(folder, std::string("job") + shard[0]);
    options.shard = shard;
    FakeTeacher teacher;
    synthesize(options, teacher, quiet_context());
    for (const auto& [id, line] : lines_by_id(options.out)) CHECK(together.emplace(id, line).second);
  }
  CHECK(together == lines_by_id(folder / "whole"));
  for (const char* bad : {"0/2", "3/2", "2", "1/", "a/b", "1/2x"}) {
    SynthesizeOptions options = options_in(folder, "bad");
    options.shard = bad;
    FakeTeacher teacher;
    CHECK(contains(refusal([&] { synthesize(options, teacher, quiet_context()); }), "i/n"));
  }
}

TEST_CASE("A stopped synthesis goes on and asks nothing twice") {
  const NoStop no_stop;
  const TemporaryFolder folder;
  FakeTeacher whole;
  synthesize(options_in(folder, "whole"), whole, quiet_context());

  const SynthesizeOptions options = options_in(folder, "stopped");
  FakeTeacher first;
  first.stop_after = 9;
  CHECK(contains(refusal([&] { synthesize(options, first, quiet_context()); }, ErrorKind::stopped), "9 of 24"));
  request_stop(false);
  FakeTeacher second;
  const SynthesizeResult result = synthesize(options, second, quiet_context());
  CHECK(result.manifest.complete);
  CHECK(second.times_asked == 24 - 9);
  CHECK(lines_by_id(options.out) == lines_by_id(folder / "whole"));
}

TEST_CASE("A line torn by a kill is asked again") {
  const NoStop no_stop;
  const TemporaryFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeTeacher teacher;
  synthesize(options, teacher, quiet_context());
  const fs::path shard = options.out / "part-00000.jsonl";
  fs::resize_file(shard, fs::file_size(shard) - 20);
  FakeTeacher again;
  synthesize(options, again, quiet_context());
  CHECK(again.times_asked == 1);
  CHECK(lines_by_id(options.out).size() == 24);
}

TEST_CASE("A truncated answer is recorded and is no sample") {
  const NoStop no_stop;
  const TemporaryFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeTeacher teacher;
  teacher.cut_every = 6;
  const SynthesizeResult result = synthesize(options, teacher, quiet_context());
  CHECK(result.manifest.counts.at("length") == 4);
  CHECK(result.manifest.counts.at("stop") == 20);
}

TEST_CASE("Samples of other settings are not mixed") {
  const NoStop no_stop;
  const TemporaryFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  FakeTeacher teacher;
  synthesize(options, teacher, quiet_context(R"({"draws":4})"));
  const std::string message = refusal([&] { synthesize(options, teacher, quiet_context(R"({"draws":5})")); });
  CHECK(contains(message, "draws"));
  CHECK(contains(message, "4"));
  CHECK(contains(message, "5"));
}

TEST_CASE("A missing teacher is said before anything is written") {
  const TemporaryFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  options.teacher.gguf = folder / "none.gguf";
  CHECK(contains(refusal([&] { synthesize(options, quiet_context()); }), "none.gguf"));
  CHECK_FALSE(fs::exists(options.out));
}

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

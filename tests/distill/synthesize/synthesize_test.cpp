// Synthesis with a fake teacher: every answer once, resumable, a function of the seed.
#include "udrl/distill/synthesize.hpp"

#include "base/process/notes.hpp"
#include "catch.hpp"
#include "distill/support.hpp"
#include "lm/fake_model.hpp"

using namespace udrl;
using namespace udrl::distill;
using namespace udrl::distill::testing;
using lm::testing::FakeModel;

namespace {

SynthesizeOptions options_in(const TempFolder& folder, const std::string& out) {
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
  const TempFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  const SynthesizeResult result = synthesize(options, teacher, quiet_context());
  CHECK(result.manifest.complete);
  CHECK(result.manifest.counts.at("stop") == 3 * 2 * 4);
  CHECK(teacher.asked_ids().size() == 3 * 2 * 4);
  for (const data::Record& record : data::read_records(options.out)) {
    CHECK(record.sampling.temperature == options.temperatures[static_cast<std::size_t>(record.draw)]);
    CHECK(record.sampling.few_shot.size() == 4);
    CHECK(data::to_json(record.intent)["subject"] == record.intent.subject);
  }
}

TEST_CASE("Draws of an intent take turns among as many few-shot subsets as asked for") {
  const NoStop no_stop;
  const TempFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  options.subsets_per_intent = GENERATE(1, 2, 3);
  options.draws = 6;
  FakeModel teacher;
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
  const TempFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  options.tasks = {"image", "template", "headline", "search", "fields"};
  options.tasks_per_intent = 2;
  options.first_draw = 4;
  FakeModel teacher;
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
  const TempFolder folder;
  FakeModel whole;
  synthesize(options_in(folder, "whole"), whole, quiet_context());
  std::map<std::string, std::string> together;
  for (const char* shard : {"1/2", "2/2"}) {
    SynthesizeOptions options = options_in(folder, std::string("job") + shard[0]);
    options.shard = shard;
    FakeModel teacher;
    synthesize(options, teacher, quiet_context());
    for (const auto& [id, line] : lines_by_id(options.out)) CHECK(together.emplace(id, line).second);
  }
  CHECK(together == lines_by_id(folder / "whole"));
  for (const char* bad : {"0/2", "3/2", "2", "1/", "a/b", "1/2x"}) {
    SynthesizeOptions options = options_in(folder, "bad");
    options.shard = bad;
    FakeModel teacher;
    CHECK(contains(refusal([&] { synthesize(options, teacher, quiet_context()); }), "i/n"));
  }
}

TEST_CASE("A stopped synthesis goes on and asks nothing twice") {
  const NoStop no_stop;
  const TempFolder folder;
  FakeModel whole;
  synthesize(options_in(folder, "whole"), whole, quiet_context());

  const SynthesizeOptions options = options_in(folder, "stopped");
  FakeModel first;
  first.stop_after = 9;
  CHECK(contains(refusal([&] { synthesize(options, first, quiet_context()); }, ErrorKind::stopped), "9 of 24"));
  request_stop(false);
  FakeModel second;
  const SynthesizeResult result = synthesize(options, second, quiet_context());
  CHECK(result.manifest.complete);
  CHECK(second.asked.size() == 24 - 9);
  CHECK(lines_by_id(options.out) == lines_by_id(folder / "whole"));
}

TEST_CASE("What was complete is not so while more is asked, and stays so when less is") {
  const NoStop no_stop;
  const TempFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  struct Watch : Observer {
    explicit Watch(fs::path of) : out(std::move(of)) {}
    void progress(const Progress&) override { was_complete = was_complete || data::read_manifest(out).complete; }
    fs::path out;
    bool was_complete = false;
  } watch(options.out);
  const RunContext context{watch, "test", "test", "{}", "{}"};
  FakeModel teacher;
  options.limit = 1;
  CHECK(synthesize(options, teacher, context).manifest.complete);
  options.limit = 3;
  CHECK(synthesize(options, teacher, context).manifest.complete);
  CHECK_FALSE(watch.was_complete);
  options.limit = 2;
  CHECK(synthesize(options, teacher, context).manifest.complete);
  CHECK(teacher.asked.size() == 24);
}

TEST_CASE("A line torn by a kill is asked again") {
  const NoStop no_stop;
  const TempFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  synthesize(options, teacher, quiet_context());
  const fs::path shard = options.out / "part-00000.jsonl";
  fs::resize_file(shard, fs::file_size(shard) - 20);
  FakeModel again;
  synthesize(options, again, quiet_context());
  CHECK(again.asked.size() == 1);
  CHECK(lines_by_id(options.out).size() == 24);
}

TEST_CASE("What stands in two shards is asked for once, and counts as it stands first") {
  const NoStop no_stop;
  const TempFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  synthesize(options, teacher, quiet_context());
  std::string again;
  for (data::Record record : data::read_records(options.out)) {
    record.finish = "length";
    again += data::to_line(data::to_json(record)) + "\n";
  }
  write_file_atomic(options.out / "part-00001.jsonl", again);
  FakeModel second;
  const SynthesizeResult result = synthesize(options, second, quiet_context());
  CHECK(second.asked.empty());
  CHECK(result.manifest.complete);
  CHECK(result.manifest.counts == std::map<std::string, std::uint64_t>{{"stop", 24}});
}

TEST_CASE("An answer under an id of another shape is kept, and its question asked") {
  const NoStop no_stop;
  const TempFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  synthesize(options, teacher, quiet_context());
  std::string lines, lost;
  for (data::Record record : data::read_records(options.out)) {
    if (lost.empty()) {
      lost = record.id;
      record.id = "by hand";
    }
    lines += data::to_line(data::to_json(record)) + "\n";
  }
  write_file_atomic(options.out / "part-00000.jsonl", lines);
  FakeModel second;
  CHECK(synthesize(options, second, quiet_context()).manifest.counts.at("stop") == 25);
  CHECK(second.asked_ids() == std::set<std::string>{lost});
  const auto by_id = lines_by_id(options.out);
  CHECK(by_id.size() == 25);
  CHECK(by_id.count("by hand") == 1);
}

TEST_CASE("A truncated answer is recorded and is no sample") {
  const NoStop no_stop;
  const TempFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  teacher.change = [&](const lm::Request&, lm::Completion& c) {
    if (teacher.asked.size() % 6 == 0) c.finish = lm::Finish::length;
  };
  const SynthesizeResult result = synthesize(options, teacher, quiet_context());
  CHECK(result.manifest.counts.at("length") == 4);
  CHECK(result.manifest.counts.at("stop") == 20);
}

TEST_CASE("An intent that stands twice is asked about once, and said") {
  const NoStop no_stop;
  const TempFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  const std::string shard = read_file(options.intents / "part-00000.jsonl");
  write_file_atomic(options.intents / "part-00000.jsonl", shard + shard.substr(0, shard.find('\n') + 1));
  // The same text under an id of its own is the same question.
  data::Json other = data::Json::parse(shard.substr(0, shard.find('\n')));
  other["intent_id"] = "by hand";
  write_file_atomic(options.intents / "part-00001.jsonl", data::to_line(other) + "\n");
  FakeModel teacher;
  test::Notes notes;
  const SynthesizeResult result = synthesize(options, teacher, {notes, "test", "test", "{}", "{}"});
  CHECK(result.manifest.complete);
  CHECK(teacher.asked.size() == 24);
  CHECK(lines_by_id(options.out).size() == 24);
  CHECK(contains(notes.all, "2 of 5"));
}

TEST_CASE("No intent to ask about is said before anything is written") {
  const TempFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  options.skip = 3;
  CHECK(contains(refusal([&] { synthesize(options, teacher, quiet_context()); }), "no intent to ask about"));
  options.skip = 0;
  options.shard = "4/4";
  CHECK(contains(refusal([&] { synthesize(options, teacher, quiet_context()); }), "3 in all"));
  options.shard = "";
  write_file_atomic(options.intents / "part-00000.jsonl", "");
  CHECK(contains(refusal([&] { synthesize(options, teacher, quiet_context()); }), "make intents first"));
  CHECK_FALSE(fs::exists(options.out));
  CHECK(teacher.asked.size() == 0);
}

TEST_CASE("Where no answer is a sample the run fails with what became of them, and again") {
  const NoStop no_stop;
  const TempFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  teacher.answer = [](const lm::Request&) { return "Sure, here is a prompt for you"; };
  for (int times = 0; times < 2; ++times) {
    const std::string message = refusal([&] { synthesize(options, teacher, quiet_context()); }, ErrorKind::failure);
    INFO(message);
    CHECK(contains(message, "no answer is valid"));
    CHECK(contains(message, "rejected_preamble 24"));
  }
  CHECK(teacher.asked.size() == 24);
}

TEST_CASE("An object over several lines is asked for and kept whole, text at its first line") {
  const NoStop no_stop;
  const TempFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  options.tasks = {"fields"};
  FakeModel teacher;
  teacher.answer = [](const lm::Request& request) {
    const bool fenced = request.sampling.seed % 2 == 0;
    return std::string(fenced ? "```json\n" : "") +
           "{\n  \"subject\": \"holiday  sale\",\n  \"document\": \"poster\",\n  \"style\": \"bold\",\n"
           "  \"colors\": [\n    \"red\",\n    \"white\"\n  ]\n}";
  };
  CHECK(synthesize(options, teacher, quiet_context()).manifest.counts.at("stop") == 12);
  for (const data::Record& record : data::read_records(options.out))
    CHECK(record.answer ==
          R"({"subject": "holiday sale", "document": "poster", "style": "bold", "colors": ["red", "white"]})");
  for (const lm::Request& request : teacher.asked) {
    CHECK(request.sampling.stop_after_object);
    CHECK_FALSE(request.sampling.stop_at_newline);
  }
  options.tasks = {"image"};
  options.out = folder / "text";
  FakeModel other;
  synthesize(options, other, quiet_context());
  for (const lm::Request& request : other.asked) {
    CHECK(request.sampling.stop_at_newline);
    CHECK_FALSE(request.sampling.stop_after_object);
  }
}

TEST_CASE("A request's error names the intent") {
  const NoStop no_stop;
  const TempFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  teacher.answer = [](const lm::Request& request) -> std::string {
    throw user_error("a prompt is longer than the model's context length").at("request " + request.id);
  };
  const std::string message = refusal([&] { synthesize(options, teacher, quiet_context()); });
  INFO(message);
  CHECK((contains(message, "intent 'holiday sale'") || contains(message, "intent 'yoga retreat'") ||
         contains(message, "intent 'lost cat'")));
  CHECK((contains(message, "task 'image'") || contains(message, "task 'template'")));
}

TEST_CASE("A reason of another type in what was written is named with its line") {
  const NoStop no_stop;
  const TempFolder folder;
  const SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  synthesize(options, teacher, quiet_context());
  data::Json record = data::to_json(data::read_records(options.out).front());
  record["finish"] = "rejected";
  record["rejected_by"] = 7;
  write_file_atomic(options.out / "part-00000.jsonl", data::to_line(record) + "\n");
  CHECK(contains(refusal([&] { synthesize(options, teacher, quiet_context()); }), "part-00000.jsonl:1"));
}

TEST_CASE("Samples of other settings are not mixed") {
  const NoStop no_stop;
  const TempFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  FakeModel teacher;
  synthesize(options, teacher, quiet_context(R"({"draws":4})"));
  const std::string message = refusal([&] { synthesize(options, teacher, quiet_context(R"({"draws":5})")); });
  CHECK(contains(message, "draws"));
  CHECK(contains(message, "4"));
  CHECK(contains(message, "5"));
}

TEST_CASE("A missing teacher is said before anything is written") {
  const TempFolder folder;
  SynthesizeOptions options = options_in(folder, "samples");
  options.teacher.gguf = folder / "none.gguf";
  CHECK(contains(refusal([&] { synthesize(options, quiet_context()); }), "none.gguf"));
  CHECK_FALSE(fs::exists(options.out));
}

// Which words a draw is told to mention: a student's own ideas, those of the ask, or none.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/data/text.hpp"
#include "udrl/inference/answers.hpp"
#include "udrl/student/gguf_export.hpp"

using namespace udrl;
using namespace udrl::inference;
using test::contains;
using test::error_of;

namespace {

/// Near "sale" are eight words, nearer ones first.
student::IdeaWords table() {
  student::IdeaWords table;
  table.dimensions = 2;
  table.tasks = {"image"};
  table.said.resize(1);
  const std::vector<std::string> words{"boats", "clouds", "dusk", "flags", "gold", "harbor", "lights", "sale", "snow"};
  for (const std::string& word : words) {
    const float angle = word == "sale" ? 0.0F : 0.05F * static_cast<float>(table.words.size());
    table.words.push_back(word);
    table.vectors.insert(table.vectors.end(), {std::cos(angle), std::sin(angle)});
    table.rarity.push_back(1);
    table.said[0].push_back(word == "sale" ? 0.0F : 1.0F);
  }
  return table;
}

StudentModel opened(const tiny::Folder& folder, bool mentions, bool has_ideas) {
  command::Fitted commands = tiny::commands();
  commands.mentions = mentions;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()), commands);
  (void)student::export_gguf(folder.path(), {.prove = false});
  if (has_ideas) student::write_ideas(folder / student::files::ideas, table());
  return StudentModel::open(folder.path());
}

Ask asked(const std::string& mention, const std::string& words = "18", const std::string& have = "") {
  Ask ask;
  ask.intent = "holiday sale";
  ask.task = "image";
  ask.words = words;
  ask.have = have;
  ask.nearest = true;
  ask.mention = mention;
  return ask;
}

Draw drawn(const StudentModel& student, const Ask& ask, int draw = 0, double temperature = 0.8) {
  Drawing drawing;
  drawing.temperature = temperature;
  return draw_of(student, ask, student.resolve(ask).command, drawing, draw);
}

std::string told(const StudentModel& student, const Ask& ask, int draw = 0, double temperature = 0.8) {
  return drawn(student, ask, draw, temperature).command.mention;
}

bool is_told(const lm::Request& request) {
  return std::any_of(request.prompt.begin(), request.prompt.end(), [](const lm::Segment& one) {
    return one.control && contains(one.text, std::string(command::mention_piece));
  });
}

}  // namespace

TEST_CASE("a student with ideas is told some, others for each draw, the same each time") {
  const tiny::Folder folder;
  const StudentModel student = opened(folder, true, true);
  CHECK(student.hashes().contains("ideas"));
  std::set<std::string> all;
  for (int draw = 0; draw < 8; ++draw) {
    const Draw one = drawn(student, asked("auto"), draw);
    CHECK(is_told(one.request));
    CHECK(data::word_tokens(one.command.mention).size() == 4);
    CHECK(one.command.mention == told(student, asked("auto"), draw));
    all.insert(one.command.mention);
  }
  CHECK(all.size() > 4);
  CHECK(told(student, asked("auto"), 0, 0) == "boats, clouds, dusk, flags");
  CHECK(told(student, asked("auto"), 1, 0) == "boats, clouds, dusk, flags");
}

TEST_CASE("what is written already is not told again") {
  const tiny::Folder folder;
  const StudentModel student = opened(folder, true, true);
  CHECK(told(student, asked("auto", "18", "A boat at dusk"), 0, 0).starts_with("clouds, flags"));
}

TEST_CASE("words of the ask are told as training tells them") {
  const tiny::Folder folder;
  const StudentModel student = opened(folder, true, GENERATE(false, true));
  CHECK(told(student, asked("Harbor,, BOATS ,")) == "harbor, boats");
  CHECK(told(student, asked("sailing club")) == "sailing club");
  CHECK(told(student, asked("⟨return:4⟩")) == "(return:4⟩");
  CHECK(told(student, asked(" none ")).empty());
  CHECK(told(student, asked(" , ")).empty());
  CHECK_FALSE(is_told(drawn(student, asked("none")).request));
}

TEST_CASE("without ideas, or for a task or an intent that they do not know, nothing is told") {
  const tiny::Folder folder;
  CHECK(told(opened(folder, true, false), asked("auto")).empty());
  const StudentModel student = opened(folder, true, true);
  Ask ask = asked("auto");
  ask.intent = "quantum";
  CHECK(told(student, ask).empty());
  ask = asked("auto", "any");
  ask.task = "template";
  CHECK(told(student, ask).empty());
}

TEST_CASE("a student that never learned to mention words refuses them, and has no use for ideas") {
  const tiny::Folder folder;
  const StudentModel student = opened(folder, false, true);
  CHECK_FALSE(student.ideas().has_value());
  CHECK_FALSE(student.hashes().contains("ideas"));
  CHECK(told(student, asked("auto")).empty());
  CHECK(told(student, asked("none")).empty());
  CHECK(error_of([&] { (void)told(student, asked("snow")); }).starts_with("2 "));
}

TEST_CASE("a damaged table of a student is refused when it is opened") {
  const tiny::Folder folder;
  { const StudentModel student = opened(folder, true, true); }
  std::filesystem::resize_file(folder / student::files::ideas, 100);
  CHECK(contains(error_of([&] { (void)StudentModel::open(folder.path()); }), "ideas.safetensors"));
}

TEST_CASE("drafts are drawn hotter than one answer, and hottest where they begin, unless a temperature is set") {
  const tiny::Folder folder;
  const StudentModel student = opened(folder, false, false);
  const Ask ask = asked("none");
  const auto sampling_of = [&](const Drawing& drawing) {
    return draw_of(student, ask, student.resolve(ask).command, drawing, 0).request.sampling;
  };
  Drawing drawing;
  CHECK(sampling_of(drawing).temperature == usual::temperature);
  CHECK(sampling_of(drawing).opening_temperature == 0);
  drawing.best_of = 4;
  drawing.rank_by = RankBy::fit;
  CHECK(sampling_of(drawing).temperature == usual::temperature);
  drawing.rank_by = RankBy::critic;
  CHECK(sampling_of(drawing).temperature == usual::draft_temperature);
  CHECK(sampling_of(drawing).opening_temperature == usual::draft_opening_temperature);
  drawing.temperature = 0.7;
  CHECK(sampling_of(drawing).temperature == 0.7);
  CHECK(sampling_of(drawing).opening_temperature == 0);
  drawing.opening_temperature = 1;
  CHECK(sampling_of(drawing).opening_temperature == 1);
}

// Which pairs people are shown, and what the files tell of them.
#include "people/sheet.hpp"

#include <map>
#include <set>

#include "catch.hpp"
#include "finished_fixture.hpp"
#include "page/markup.hpp"
#include "people/sheet_files.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/csv.hpp"
#include "udrl/data/text_lines.hpp"
#include "udrl/eval/people.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

std::vector<CaseAnswers> cases_of(const TempFolder& folder, int subjects, const std::string& an_answer = "") {
  write_finished(folder.path(), subjects, an_answer);
  return read_case_answers(open_finished(folder.path()));
}

std::size_t checks(const Sheet& sheet) {
  return static_cast<std::size_t>(
      std::count_if(sheet.pairs.begin(), sheet.pairs.end(), [](const SheetPair& pair) { return pair.is_check(); }));
}

std::string content(const std::filesystem::path& file) { return read_file(file); }

}  // namespace

TEST_CASE("pairs are a function of the seed, spread over tasks and subjects, with a tenth of checks") {
  const TempFolder folder;
  const auto cases = cases_of(folder, 40);
  const Sheet sheet = make_sheet(cases, {40, 1});
  CHECK(make_sheet(cases, {40, 1}).pairs == sheet.pairs);
  CHECK(make_sheet(cases, {40, 2}).pairs != sheet.pairs);
  CHECK(sheet.pairs.size() == 44);
  CHECK(checks(sheet) == 4);
  std::map<std::string, int> tasks, subjects, sides;
  for (const SheetPair& pair : sheet.pairs)
    if (!pair.is_check()) ++tasks[pair.task], ++subjects[pair.subject], ++sides[side_of(pair, Author::student)];
  CHECK(tasks == std::map<std::string, int>{{"image", 20}, {"template", 20}});
  CHECK(subjects.size() == 40);
  CHECK(sides.size() == 2);
  CHECK(sides["A"] > 10);
  CHECK(sides["B"] > 10);
}

TEST_CASE("a check has the reference's answer and another request's, of a case that makes no pair") {
  const TempFolder folder;
  const Sheet sheet = make_sheet(cases_of(folder, 30), {30, 1});
  std::set<std::string> paired;
  for (const SheetPair& pair : sheet.pairs)
    if (!pair.is_check()) paired.insert(pair.case_id);
  for (const SheetPair& pair : sheet.pairs)
    if (pair.is_check()) {
      CHECK(side_of(pair, Author::reference) != side_of(pair, Author::shuffled));
      CHECK_FALSE(paired.contains(pair.case_id));
    }
  CHECK(checks(make_sheet(cases_of(folder, 30), {60, 1})) == 6);  // where all are paired, some are shown again
}

TEST_CASE("more pairs than there are cases are refused") {
  const TempFolder folder;
  CHECK_THROWS_WITH(make_sheet(cases_of(folder, 5), {11, 1}), Catch::Contains("at most 10"));
}

TEST_CASE("neither table nor page says whose an answer is, and texts come back as they are") {
  const TempFolder folder;
  const Sheet sheet = make_sheet(cases_of(folder, 30, "=1+1, \"quoted\"\nsecond line"), {60, 1});
  const std::string csv = sheet_csv(sheet), html = sheet_html(sheet);
  for (const std::string& seen : {csv, html})
    for (const char* secret : {"student-top", "teacher-greedy", "reference", "check", "c0image"})
      CHECK(seen.find(secret) == std::string::npos);
  write_file_atomic(folder.path() / "pairs.csv", csv);
  data::TableReader reader(folder.path() / "pairs.csv", ',');
  std::vector<std::string> fields;
  REQUIRE(reader.next(fields));
  CHECK(fields == std::vector<std::string>{"id", "task", "intent", "A", "B", "rating"});
  for (const SheetPair& pair : sheet.pairs) {
    REQUIRE(reader.next(fields));
    CHECK(fields[0] == pair.id);
    CHECK(data::plain_cell(fields[3]) == pair.texts[0]);
    CHECK(data::plain_cell(fields[4]) == pair.texts[1]);
    CHECK(fields[5].empty());
  }
}

TEST_CASE("what a hostile model wrote ends no element of the page, which asks for nothing from outside") {
  const TempFolder folder;
  const std::string html = sheet_html(make_sheet(cases_of(folder, 30, hostile), {60, 1}));
  std::size_t scripts = 0;
  for (auto at = html.find("<script"); at != std::string::npos; at = html.find("<script", at + 1)) ++scripts;
  CHECK(scripts == 2);  // the data and the page's own
  CHECK(html.find("<img") == std::string::npos);
  CHECK(html.find("http") == html.find("http-equiv"));
  CHECK(html.find("default-src &#39;none&#39;") != std::string::npos);
}

TEST_CASE("a sheet is written once: the same again is, another one is refused") {
  const TempFolder folder;
  write_finished(folder.path(), 30);
  export_pairs({folder.path(), 20, 1});
  const std::string key = content(folder.path() / "pairs/key.json"), page = content(folder.path() / "pairs/pairs.html");
  export_pairs({folder.path(), 20, 1});
  CHECK(content(folder.path() / "pairs/key.json") == key);
  CHECK(content(folder.path() / "pairs/pairs.html") == page);
  CHECK_THROWS_WITH(export_pairs({folder.path(), 20, 2}), Catch::Contains("another rating sheet"));
  const FinishedRun run = open_finished(folder.path());
  CHECK(sheet_from_key(folder.path() / "pairs/key.json", run).pairs ==
        make_sheet(read_case_answers(run), {20, 1}).pairs);
}

TEST_CASE("a key whose answers are no longer the evaluation's is refused") {
  const TempFolder folder;
  write_finished(folder.path(), 30);
  export_pairs({folder.path(), 60, 1});
  write_finished(folder.path(), 30, "another answer");
  CHECK_THROWS_WITH(sheet_from_key(folder.path() / "pairs/key.json", open_finished(folder.path())),
                    Catch::Contains("key.json"));
}

// A developer's aid: UDRL_PAIRS_OUT=file ./test_eval "a sheet to look at" writes a hostile page.
TEST_CASE("a sheet to look at") {
  const TempFolder folder;
  const std::string html = sheet_html(make_sheet(cases_of(folder, 30, hostile), {60, 1}));
  if (const char* file = std::getenv("UDRL_PAIRS_OUT")) write_file_atomic(file, html);
  CHECK(html.size() > 10'000);
}

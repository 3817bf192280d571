// Tables about folders: means and causes by task, and what a threshold for near duplicates would do.
#include "udrl/inspect/summary.hpp"

#include "catch.hpp"
#include "distill/support.hpp"
#include "udrl/inspect/duplicates.hpp"

using namespace udrl;
using namespace udrl::inspect;
using namespace udrl::distill::testing;

TEST_CASE("A summary has a row for each folder and task") {
  const TempFolder folder;
  std::vector<data::Record> records;
  for (int draw = 0; draw < 4; ++draw) {
    records.push_back(sample("holiday sale", "image", draw, "a red sleigh number " + std::to_string(draw)));
    records.back().scores = {{"relevance", 0.1 * draw}};
    records.back().tokens = 10;
  }
  records[3].finish = "rejected";
  records[3].extra["rejected_by"] = "repeats";
  records.push_back(sample("holiday sale", "headline", 0, "Sleigh what you can"));
  write_records(folder / "in", records);
  SummaryOptions options;
  options.input = {(folder / "in").string()};
  const auto rows = summarise(options, quiet_context());
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].task == "headline");
  CHECK(rows[1].records == 4);
  CHECK(rows[1].valid() == 0.75);
  CHECK(rows[1].outcomes.at("repeats") == 1);
  CHECK(rows[1].words == 5.0);
  CHECK(rows[1].tokens == 10.0);
  CHECK(rows[1].scores.at("relevance") == Approx(0.1));
  CHECK(rows[1].distinct_2 == Approx(6.0 / 12));  // three pairs of all, and one of each
  const std::string text = to_text(rows);
  CHECK(contains(text, "75.0%"));
  CHECK(contains(text, "image: repeats 1"));
}

TEST_CASE("A folder without a record is said, in a summary as among duplicates") {
  const TempFolder folder;
  write_file_atomic(folder / "part-00000.jsonl", "");
  SummaryOptions summary;
  summary.input = {(folder / "").string()};
  CHECK(contains(refusal([&] { summarise(summary, quiet_context()); }), "no record in it"));
  DuplicatesOptions duplicates;
  duplicates.input = summary.input;
  duplicates.temporary = folder / "";
  duplicates.thresholds = {0.8};
  CHECK(contains(refusal([&] { threshold_effects(duplicates, quiet_context()); }), "no complete answer"));
}

TEST_CASE("A rule's name of another type is named with its line") {
  const TempFolder folder;
  data::Json record = data::to_json(sample("fox", "image", 0, "a fox"));
  record["finish"] = "rejected";
  record["rejected_by"] = 7;
  write_file_atomic(folder / "part-00000.jsonl", data::to_line(record) + "\n");
  SummaryOptions options;
  options.input = {(folder / "").string()};
  CHECK(contains(refusal([&] { summarise(options, quiet_context()); }), "part-00000.jsonl:1"));
}

TEST_CASE("A higher threshold leaves out less, and examples show its edge") {
  const TempFolder folder;
  const std::string base = "a red sleigh full of wrapped boxes under warm shop lights on a snowy street at dusk";
  write_records(folder / "in",
                {sample("holiday sale", "image", 0, base), sample("holiday sale", "image", 1, base + " today"),
                 sample("winter market", "image", 0, base + " in an old town far away"),
                 sample("winter market", "template", 0, base)});
  DuplicatesOptions options;
  options.input = {(folder / "in").string()};
  options.temporary = folder / "in";
  options.thresholds = {0.9, 0.5, 1.0};
  const auto effects = threshold_effects(options, quiet_context());
  REQUIRE(effects.size() == 3);
  CHECK(effects[0].threshold == 0.5);
  CHECK(effects[0].answers == 4);
  CHECK(effects[0].near == 1);
  CHECK(effects[0].near_across == 1);  // of the other task: not compared
  CHECK(effects[1].near + effects[1].near_across <= 2);
  CHECK(effects[2].near + effects[2].near_across == 0);
  REQUIRE(effects[0].examples.size() == 2);
  CHECK(effects[0].examples[0].similarity <= effects[0].examples[1].similarity);
  CHECK(effects[0].examples[0].kept == base);
  CHECK(contains(to_text(effects), "another intent"));
}

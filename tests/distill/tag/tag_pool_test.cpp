// The records that are tagged: splits by subject, what is dropped or refused, and that only training data is fitted.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "distill/support.hpp"
#include "distill/tag/scored.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/distill/tag.hpp"

using namespace udrl::distill;
using namespace udrl::distill::testing;
using udrl::data::Record;

TEST_CASE("No subject is in two splits and every split has some") {
  const TempFolder folder;
  auto records = scored(40, 5);
  for (Record& record : scored(40, 5, "template")) {  // another intent of the same subject
    record.intent.intent = record.intent.subject + " flyer";
    record.intent.format = "flyer";
    record.intent.intent_id = udrl::content_id({record.intent.intent});
    records.push_back(std::move(record));
  }
  write_records(folder / "in", records);
  const TagOptions options = options_for(folder);
  const TagResult result = tag_samples(options, quiet_context());
  std::map<std::string, std::set<std::string>> splits;
  for (const char* split : {"train", "valid", "test"}) {
    for (const Record& record : read_split(options.out, split)) {
      CHECK(record.split == split);
      splits[record.intent.subject].insert(split);
    }
    CHECK(result.manifest.counts.at(split) > 0);
  }
  CHECK(splits.size() == 40);
  for (const auto& [subject, names] : splits) CHECK(names.size() == 1);
  CHECK(result.table.subjects.at("train") + result.table.subjects.at("valid") + result.table.subjects.at("test") == 40);
}

TEST_CASE("Training keeps nothing that is nearly held out") {
  const TempFolder folder;
  auto records = scored(40, 3);
  const std::vector<std::string> words = {"amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven"};
  for (std::size_t i = 0; i < records.size(); ++i) {  // texts of their own
    std::string& answer = records[i].answer;
    answer.clear();
    for (std::size_t w = 0; w < 8; ++w)
      answer += words[(i * (w + 3) + w * w + i / 8) % 8] + std::to_string(i * w) + " ";
    answer.pop_back();
    records[i].intent.intent = answer.substr(0, 30) + std::to_string(i / 3);
    records[i].intent.intent_id = udrl::content_id({std::to_string(i / 3)});
  }
  TagOptions options = options_for(folder);
  options.pool.near.drop_held_out = true;
  write_records(folder / "in", records);
  CHECK(tag_samples(options, quiet_context()).manifest.counts.count("near_held_out") == 0);

  const Record held_out = read_split(options.out, "test").at(0);
  Record leak = read_split(options.out, "train").at(0);
  leak.id = "another";
  leak.answer = held_out.answer + ".";
  records.push_back(leak);
  write_records(folder / "leaky", records);
  options.pool.input = {(folder / "leaky").string()};
  options.out = folder / "clean";
  CHECK(tag_samples(options, quiet_context()).manifest.counts.at("near_held_out") == 1);
  for (const Record& record : read_split(options.out, "train")) CHECK(record.id != "another");
}

TEST_CASE("Answers that are nearly the same are left out, the first stays") {
  const TempFolder folder;
  auto records = scored(30, 2);
  for (std::size_t i = 0; i < records.size(); ++i)  // texts of their own
    records[i].answer = udrl::content_id({"a", std::to_string(i)}) + " " + udrl::content_id({"b", std::to_string(i)});
  records[1].answer = records[0].answer + "s";   // the same intent
  records[20].answer = records[2].answer + "s";  // another
  write_records(folder / "in", records);
  TagOptions options = options_for(folder);
  options.pool.near.drop_samples = true;
  const auto counts = tag_samples(options, quiet_context()).manifest.counts;
  CHECK(counts.at("near_duplicate") == 1);
  CHECK(counts.at("near_duplicate_across") == 1);
  std::set<std::string> left;
  for (const Record& record : read_all(options.out)) left.insert(record.id);
  CHECK(left.size() == records.size() - 2);
  CHECK(left.count(records[1].id) + left.count(records[20].id) == 0);
}

TEST_CASE("Where no record is left to tag it is said there and then, with what became of them") {
  const TempFolder folder;
  std::vector<Record> records = scored(9, 2);
  for (Record& record : records) record.words = 0;
  write_records(folder / "in", records);
  TagOptions options = options_for(folder);
  const std::string message = refusal([&] { tag_samples(options, quiet_context()); });
  INFO(message);
  CHECK(contains(message, "no record is left to tag"));
  CHECK(contains(message, "empty 18"));
  CHECK_FALSE(fs::exists(options.out / "commands.json"));
  udrl::write_file_atomic(folder / "in" / "part-00000.jsonl", "");
  options.out = folder / "other";
  CHECK(contains(refusal([&] { tag_samples(options, quiet_context()); }), "no record is left to tag"));
}

TEST_CASE("An intent without a subject is held out by itself") {
  const TempFolder folder;
  auto records = scored(30, 3);
  for (Record& record : records) record.intent.subject.clear();
  write_records(folder / "in", records);
  tag_samples(options_for(folder), quiet_context());
  std::map<std::string, std::set<std::string>> splits;
  for (const Record& record : read_all(folder / "out")) splits[record.intent.intent].insert(record.split);
  CHECK(splits.size() == 30);
  for (const auto& [intent, names] : splits) CHECK(names.size() == 1);
  CHECK_FALSE(read_split(folder / "out", "test").empty());
}

TEST_CASE("Intents of which only the subject is known are not taken for phrasings of one wish") {
  const TempFolder folder;
  auto records = scored(40, 6);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::size_t subject = i / 60;  // ten intents each
    records[i].intent.subject = "brand " + std::to_string(subject);
    records[i].intent.format = records[i].intent.occasion = records[i].intent.style = "";
  }
  write_records(folder / "in", records);
  TagOptions options = options_for(folder);
  options.pool.split.paraphrases = 1;
  tag_samples(options, quiet_context());
  CHECK(read_split(options.out, "test_paraphrases").empty());
  CHECK(read_split(options.out, "train").size() > 100);
}

TEST_CASE("What is fitted does not depend on what is held out") {
  const TempFolder folder;
  auto records = scored(40, 5);
  write_records(folder / "in", records);
  tag_samples(options_for(folder, "first"), quiet_context());
  std::set<std::string> train;
  for (const Record& record : read_split(folder / "first", "train")) train.insert(record.id);
  for (Record& record : records) {
    if (!train.contains(record.id)) record.scores["relevance"] += 100;
  }
  fs::remove_all(folder / "in");
  write_records(folder / "in", records);
  tag_samples(options_for(folder, "second"), quiet_context());
  CHECK(udrl::read_file(folder / "first" / "commands.json") == udrl::read_file(folder / "second" / "commands.json"));
  CHECK(contents(folder / "first" / "train") == contents(folder / "second" / "train"));
}

TEST_CASE("Duplicates and long answers are dropped before ranking and counted") {
  const TempFolder folder;
  auto records = scored(3, 5);
  records[2].answer = records[0].answer;  // the same intent and text
  records[7].answer = records[0].answer;  // another intent
  records[8].words = 81;
  records[9].words = 0;
  write_records(folder / "in", records);
  TagOptions options = options_for(folder);
  options.pool.split = {1, 0, 0};
  const auto counts = tag_samples(options, quiet_context()).manifest.counts;
  CHECK(counts.at("duplicate") == 1);
  CHECK(counts.at("duplicate_across") == 1);
  CHECK(counts.at("too_long") == 1);
  CHECK(counts.at("empty") == 1);
  CHECK(counts.at("train") == 11);
  std::multiset<int> bins;  // four draws are left of the first intent, two of the second
  for (const Record& record : read_split(options.out, "train")) {
    if (record.intent.subject != "subject 2") bins.insert(record.commands.at("return"));
  }
  CHECK(bins == std::multiset<int>{0, 1, 1, 3, 3, 4});
}

TEST_CASE("Task slots follow the order asked for and then the names") {
  const TempFolder folder;
  auto records = scored(12, 3, "image");
  for (const char* task : {"template", "caption"}) {
    for (Record& record : scored(12, 3, task)) records.push_back(std::move(record));
  }
  write_records(folder / "in", records);
  TagOptions options = options_for(folder);
  options.pool.tasks.names = {"template"};
  tag_samples(options, quiet_context());
  const auto fitted = udrl::command::load(folder / "out" / "commands.json");
  CHECK(fitted.index_of("template") == 0);
  CHECK(fitted.index_of("caption") == 1);
  CHECK(fitted.index_of("image") == 2);
  options.pool.tasks.names = {"template", "imgae"};
  options.out = folder / "other";
  const std::string message = refusal([&] { tag_samples(options, quiet_context()); });
  INFO(message);
  CHECK(contains(message, "'imgae'"));
  CHECK(contains(message, "did you mean 'image'?"));
}

TEST_CASE("A record without a weighted score is refused") {
  const TempFolder folder;
  auto records = scored(5, 3);
  records[4].scores.erase("relevance_masked");
  write_records(folder / "in", records);
  const std::string message = refusal([&] { tag_samples(options_for(folder), quiet_context()); });
  CHECK(contains(message, "relevance_masked"));
  CHECK(contains(message, records[4].id));
}

TEST_CASE("A pool of folders is tagged as one") {
  const TempFolder folder;
  const auto records = scored(20, 6);
  write_records(folder / "in", records);
  write_records(folder / "a", {records.begin(), records.begin() + 50});
  write_records(folder / "b", {records.begin() + 50, records.end()});
  tag_samples(options_for(folder, "one"), quiet_context());
  TagOptions options = options_for(folder, "two");
  options.pool.input = {(folder / "a").string(), (folder / "b").string()};
  tag_samples(options, quiet_context());
  CHECK(contents(folder / "one", "manifest.json") == contents(folder / "two", "manifest.json"));
}

TEST_CASE("What a judge had no rating for is left out and counted, what was never scored is refused") {
  const TempFolder folder;
  auto records = scored(40, 3);
  TagOptions options = options_for(folder);
  const std::string value = options.returns.weights.begin()->first;
  for (std::size_t i = 0; i < 5; ++i) {
    records[i].scores.erase(value);
    records[i].extra["unscored"] = {value};
  }
  write_records(folder / "in", records);
  CHECK(tag_samples(options, quiet_context()).manifest.counts.at("unscored") == 5);

  records[0].extra.erase("unscored");
  write_records(folder / "never", records);
  options.pool.input = {(folder / "never").string()};
  options.out = folder / "refused";
  CHECK(refusal([&] { tag_samples(options, quiet_context()); }).find("has no score") != std::string::npos);
}

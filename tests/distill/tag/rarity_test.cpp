// The score `rarity`: pairs of words that few answers hold.
#include "tag/rarity.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "distill/tag/scored.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/distill/tag.hpp"

using namespace udrl::distill;
using namespace udrl::distill::testing;
using udrl::data::Record;

namespace {

const std::string request = "harbor poster";

PairCounts counted(const std::vector<std::string>& answers) {
  PairCounts counts;
  for (const std::string& answer : answers) counts.add(0, pair_places(0, request, answer));
  return counts;
}

double rarity(const PairCounts& counts, const std::string& answer, const std::string& of = request) {
  return counts.rarity(0, pair_places(0, of, answer));
}

std::vector<Record> few_and_common() {
  std::vector<Record> records = scored(30, 4);
  for (Record& record : records)
    if (record.draw == 3) record.answer = "Seven " + record.intent.subject + "s sing, unlike " + record.id;
  return records;
}

std::map<std::string, double> training_rarities(const fs::path& out) {
  std::map<std::string, double> values;
  for (const Record& record : read_split(out, "train"))
    values[record.id] = record.extra.at("returns").at("rarity").get<double>();
  return values;
}

}  // namespace

TEST_CASE("a pair is as rare as the answers that hold it are few") {
  const PairCounts counts = counted({"red boats", "red boats", "red boats", "blue boats"});
  // "red boats" is: start-red (3 of 4), red-boats (3 of 4), boats-end (4 of 4).
  CHECK(rarity(counts, "red boats") == Approx(2 * -std::log(0.75) / 3));
  CHECK(rarity(counts, "Blue boats!") == Approx(2 * -std::log(0.25) / 3));
  CHECK(rarity(counts, "green boats") == Approx(2 * -std::log(0.25) / 3));  // none has it: as if one had
  CHECK(rarity(counts, "") == Approx(-std::log(0.25)));
}

TEST_CASE("a pair counts once an answer, and each task by itself") {
  CHECK(rarity(counted({"boats boats boats", "a b"}), "boats boats") ==
        Approx(rarity(counted({"boats boats", "a b"}), "boats boats")));
  CHECK(counted({"red boats"}).rarity(1, pair_places(1, request, "red boats")) == 0);
  CHECK(PairCounts().rarity(0, pair_places(0, request, "red boats")) == 0);
}

TEST_CASE("to name what the request names is not rare") {
  const PairCounts counts = counted({"a harbor", "a poster", "a harbor"});
  CHECK(rarity(counts, "a zeppelin", "zeppelin flyer") == Approx(0).margin(1e-12));
  CHECK(rarity(counts, "a zeppelin", "balloon flyer") > 0.5);
}

TEST_CASE("rarity can be asked for beside the return, although no record has it") {
  const TempFolder folder;
  write_records(folder / "in", few_and_common());
  TagOptions options = options_for(folder);
  options.returns.auxiliary = {"rarity"};
  options.pool.split.seed = 1;
  tag_samples(options, quiet_context());
  const auto fitted = udrl::command::load(options.out / "commands.json");
  CHECK(fitted.auxiliary == std::vector<udrl::command::AuxiliaryReturn>{{"rarity", 1}});
  for (const Record& record : read_all(options.out)) {
    INFO(record.answer);
    CHECK((record.commands.at("rarity") == fitted.bins - 1) == (record.draw == 3));
  }
}

TEST_CASE("what is held out does not count as said") {
  const TempFolder folder;
  TagOptions options = options_for(folder);
  options.returns.auxiliary = {"rarity"};
  write_records(folder / "in", few_and_common());
  tag_samples(options, quiet_context());
  const auto before = training_rarities(options.out);
  std::vector<Record> changed = few_and_common();
  for (Record& record : changed)
    if (!before.contains(record.id)) record.answer = "Other words altogether, " + record.id;
  write_records(folder / "changed", changed);
  options.pool.input = {(folder / "changed").string()};
  options.out = folder / "again";
  tag_samples(options, quiet_context());
  CHECK(training_rarities(options.out) == before);
  CHECK(before.size() > 40);
}

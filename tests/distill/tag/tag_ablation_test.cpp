// The training sets of the ablations: which records train, what became of their returns, and that nothing held out
// changes.
#include <map>
#include <set>

#include "catch.hpp"
#include "distill/support.hpp"
#include "udrl/distill/tag.hpp"

using namespace udrl::distill;
using namespace udrl::distill::testing;
using udrl::data::Record;

namespace {

/// Sixty subjects, five draws each; three times as many images as headlines.
std::vector<Record> scored() {
  std::vector<Record> records;
  for (int s = 0; s < 60; ++s) {
    for (const std::string task : {"image", "headline"}) {
      if (task == "headline" && s % 3 != 0) continue;
      for (int d = 0; d < 5; ++d) {
        const std::string name = "subject " + std::to_string(s);
        Record record = sample(name + " poster", task, d, task + " " + std::to_string(d) + " of " + name);
        record.intent.subject = name;
        record.words = 4 + (s + d) % 9;
        record.scores = {{"relevance", 0.1 * d + 0.01 * (s % 7)}, {"copying", 0.5}};
        records.push_back(record);
      }
    }
  }
  return records;
}

struct Bench {
  TempFolder folder;
  Bench() { write_records(folder / "in", scored()); }

  TagOptions options(const std::string& out) const {
    TagOptions options;
    options.pool.input = {(folder / "in").string()};
    options.out = folder / out;
    options.returns.weights = {{"relevance", 1}};
    options.pool.split = {5, 0.2, 0.1, 0, 0, 0, 0};
    options.pool.near.drop_samples = options.pool.near.drop_held_out = false;
    options.returns.support = {1, 80, 1};
    return options;
  }
  std::vector<Record> split(const std::string& out, const std::string& name) const {
    return udrl::data::read_records(folder / out / name);
  }
};

using Group = std::map<std::string, std::vector<Record>>;
Group by_intent_and_task(const std::vector<Record>& records) {
  Group groups;
  for (const Record& record : records) groups[record.intent.intent_id + record.task].push_back(record);
  return groups;
}

double best_of(const std::vector<Record>& records) {
  double best = -1e9;
  for (const Record& record : records) best = std::max(best, *record.return_value);
  return best;
}

}  // namespace

TEST_CASE("Best-of-n trains on the best answer of each intent and task") {
  const Bench bench;
  tag_samples(bench.options("all"), quiet_context());
  TagOptions options = bench.options("best");
  options.ablation.keep_best = 1;
  const auto counts = tag_samples(options, quiet_context()).manifest.counts;
  const Group all = by_intent_and_task(bench.split("all", "train")),
              best = by_intent_and_task(bench.split("best", "train"));
  REQUIRE(best.size() == all.size());
  for (const auto& [key, records] : best) {
    REQUIRE(records.size() == 1);
    CHECK(*records[0].return_value == Approx(best_of(all.at(key))));
  }
  CHECK(counts.at("not_chosen") == 4 * all.size());
  for (const char* held_out : {"valid", "test"}) {
    CHECK(contents(bench.folder / "all" / held_out) == contents(bench.folder / "best" / held_out));
  }
}

TEST_CASE("A share of each task's records trains, by return") {
  const Bench bench;
  tag_samples(bench.options("all"), quiet_context());
  TagOptions options = bench.options("share");
  options.ablation.keep_share = 0.2;
  const auto table = tag_samples(options, quiet_context()).table;
  const auto all = bench.split("all", "train"), kept = bench.split("share", "train");
  CHECK(static_cast<double>(kept.size()) == Approx(0.2 * static_cast<double>(all.size())).epsilon(0.25));
  std::map<std::string, double> lowest;
  std::set<std::string> ids;
  for (const Record& record : kept) {
    ids.insert(record.id);
    const auto [entry, added] = lowest.emplace(record.task, *record.return_value);
    if (!added) entry->second = std::min(entry->second, *record.return_value);
  }
  for (const Record& record : all) {
    if (ids.count(record.id) == 0) CHECK(*record.return_value <= lowest.at(record.task));
  }
  std::uint64_t in_table = 0;
  for (const TagRow& row : table.rows) in_table += row.split == "train" ? row.records : 0;
  CHECK(in_table == kept.size());
}

TEST_CASE("The placebo deals the bins of an intent out anew, in training alone") {
  const Bench bench;
  tag_samples(bench.options("all"), quiet_context());
  TagOptions options = bench.options("placebo");
  options.ablation.shuffle_returns = true;
  tag_samples(options, quiet_context());
  std::map<std::string, int> true_bin;
  for (const Record& record : bench.split("all", "train")) true_bin[record.id] = record.commands.at("return");
  int moved = 0;
  for (const auto& [key, records] : by_intent_and_task(bench.split("placebo", "train"))) {
    std::multiset<int> dealt, ranked;
    for (const Record& record : records) {
      dealt.insert(record.commands.at("return"));
      ranked.insert(true_bin.at(record.id));
      moved += record.commands.at("return") != true_bin.at(record.id) ? 1 : 0;
    }
    CHECK(dealt == ranked);
  }
  CHECK(moved > static_cast<int>(true_bin.size()) / 2);
  CHECK(contents(bench.folder / "all" / "valid") == contents(bench.folder / "placebo" / "valid"));
  options.returns.kind = udrl::command::ReturnKind::global;
  options.out = bench.folder / "global";
  tag_samples(options, quiet_context());
  std::set<int> bins;
  for (const Record& record : bench.split("global", "train")) bins.insert(record.commands.at("return"));
  CHECK(bins.size() == 5);
}

TEST_CASE("A mix leaves out records until the tasks stand as asked") {
  const Bench bench;
  TagOptions options = bench.options("mix");
  options.ablation.mix = {{"image", 1}, {"headline", 1}};
  tag_samples(options, quiet_context());
  std::map<std::string, double> counts;
  for (const Record& record : bench.split("mix", "train")) ++counts[record.task];
  CHECK(counts.at("image") == Approx(counts.at("headline")).epsilon(0.25));
  options.ablation.mix = {{"image", 0}};
  options.out = bench.folder / "mix1";
  CHECK(contains(refusal([&] { tag_samples(options, quiet_context()); }), "no task a weight"));
  options.ablation.mix = {{"imgae", 1}};
  options.out = bench.folder / "mix2";
  CHECK(contains(refusal([&] { tag_samples(options, quiet_context()); }), "imgae"));
}

TEST_CASE("One student a task: other tasks take no part") {
  const Bench bench;
  TagOptions options = bench.options("one");
  options.pool.tasks.names = {"headline"};
  options.pool.tasks.only = true;
  const auto result = tag_samples(options, quiet_context());
  CHECK(result.manifest.counts.at("other_task") == 300);
  for (const TagRow& row : result.table.rows) CHECK(row.task == "headline");
  CHECK(udrl::command::load(bench.folder / "one" / "commands.json").tasks.size() == 1);
}

TEST_CASE("A scorer that is held out for evaluation makes no labels, unless forced") {
  const Bench bench;
  TagOptions options = bench.options("held");
  options.returns.held_out_scorers = {"relevance"};
  CHECK(contains(refusal([&] { tag_samples(options, quiet_context()); }), "held out for evaluation"));
  options.returns.force_held_out = true;
  CHECK(tag_samples(options, quiet_context()).manifest.complete);
}

TEST_CASE("An answer scored as invalid takes no part") {
  const TempFolder folder;
  auto records = scored();
  for (std::size_t i = 0; i < records.size(); ++i) records[i].scores["valid"] = i % 4 == 0 ? 0 : 1;
  write_records(folder / "in", records);
  TagOptions options = Bench().options("out");
  options.pool.input = {(folder / "in").string()};
  options.out = folder / "out";
  CHECK(tag_samples(options, quiet_context()).manifest.counts.at("invalid") == records.size() / 4);
}

TEST_CASE("What can be asked is drawn for each task") {
  const Bench bench;
  tag_samples(bench.options("all"), quiet_context());
  const std::string page = udrl::read_file(bench.folder / "all" / "coverage.html");
  CHECK(contains(page, "headline"));
  CHECK(contains(page, "image"));
  CHECK(contains(page, "<rect"));
}

// The tag stage, which holds its rows on disk, against the same done in memory on random records in random order. Not
// for: the figures themselves (tag_test.cpp, against NumPy).
#include <algorithm>
#include <cmath>
#include <set>

#include "catch.hpp"
#include "distill/support.hpp"
#include "tag/steps.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/dedup.hpp"
#include "udrl/distill/returns.hpp"

using namespace udrl::distill;
using namespace udrl::distill::testing;
using udrl::RandomStream;
using udrl::data::Record;

namespace {

/// Draws of several intents and two tasks, of other lengths, in random order; some answers are equal, scores repeat.
std::vector<Record> random_records(std::size_t count) {
  RandomStream random(3, "tag");
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string subject = "subject " + std::to_string(random.below(60));
    const std::string task = random.below(3) == 0 ? "image" : "template";
    Record record =
        sample(subject + " poster", task, static_cast<int>(i), "text " + std::to_string(random.below(4000)));
    record.intent.subject = subject;
    record.words = static_cast<int>(random.below(84));
    const auto tenths = [&] { return static_cast<double>(random.below(6)) / 10; };
    record.scores = {{"relevance", tenths()}, {"relevance_masked", tenths()}, {"copying", tenths()}};
    records.push_back(std::move(record));
  }
  random.shuffle(records);
  return records;
}

std::string group_of(const Record& record) { return record.intent.intent_id + "/" + record.task; }

/// What the stage keeps, by sets in memory.
std::vector<Record> kept_of(const std::vector<Record>& records, std::map<std::string, std::uint64_t>& counts) {
  std::set<udrl::data::TextKey> of_intent, of_task;
  std::vector<Record> kept;
  for (const Record& record : records) {
    if (*record.words < 1) ++counts["empty"];
    else if (*record.words > 80) ++counts["too_long"];
    else if (!of_intent.insert(udrl::data::text_key(record.answer, group_of(record))).second) ++counts["duplicate"];
    else if (!of_task.insert(udrl::data::text_key(record.answer, record.task)).second) ++counts["duplicate_across"];
    else kept.push_back(record);
  }
  return kept;
}

/// Returns by id, fitted on the records of one task that train.
std::map<std::string, double> returns_of(const std::vector<Record>& records, const TagOptions& options) {
  std::map<std::string, std::vector<double>> columns;
  std::vector<double> words, mean_z;
  udrl::command::Fitted fitted;
  fitted.weights = options.returns.weights;
  udrl::command::FittedTask task;
  for (const Record& record : records) {
    if (record.split != "train") continue;
    for (const auto& [name, score] : record.scores) columns[name].push_back(score);
  }
  for (const auto& [name, values] : columns) task.scorers[name] = moments_of(values);
  for (const Record& record : records) {
    if (record.split != "train") continue;
    words.push_back(*record.words);
    mean_z.push_back(fitted.real_return(task, record.scores, *record.words));
  }
  const Line line = fit_line(words, mean_z);
  task.length_slope = line.slope, task.length_intercept = line.intercept;
  fitted.copying_penalty = options.returns.copying_penalty;
  std::map<std::string, double> returns;
  for (const Record& record : records) {
    returns[record.id] = std::round(fitted.real_return(task, record.scores, *record.words) * 1e6) / 1e6;
  }
  return returns;
}

std::map<std::string, int> bins_of(const std::vector<Record>& records, const std::map<std::string, double>& returns) {
  std::map<std::string, std::vector<std::pair<double, std::string>>> groups;
  for (const Record& record : records) groups[group_of(record)].emplace_back(returns.at(record.id), record.id);
  std::map<std::string, int> bins;
  for (auto& [name, draws] : groups) {
    std::sort(draws.begin(), draws.end());
    for (std::size_t i = 0; i < draws.size(); ++i) {
      const auto same = [&](const auto& draw) { return draw.first == draws[i].first; };
      const auto first = static_cast<std::uint64_t>(std::find_if(draws.begin(), draws.end(), same) - draws.begin()) + 1;
      const auto equal = static_cast<std::uint64_t>(std::count_if(draws.begin(), draws.end(), same));
      bins[draws[i].second] = static_cast<int>(5 * (first + first + equal - 2) / (2 * draws.size()));
    }
  }
  return bins;
}

std::vector<Record> of_task(const std::vector<Record>& records, const std::string& task) {
  std::vector<Record> out;
  std::copy_if(records.begin(), records.end(), std::back_inserter(out),
               [&](const Record& r) { return r.task == task; });
  return out;
}

struct Threads {
  explicit Threads(int n) { udrl::set_compute_threads(n); }
  ~Threads() { udrl::set_compute_threads(0); }
};

}  // namespace

TEST_CASE("What tag writes is what the same in memory gives, in the order of the input") {
  const Threads threads(GENERATE(1, 4));
  const TempFolder folder;
  const auto records = random_records(3000);  // several batches
  write_records(folder / "in", records);
  TagOptions options;
  options.pool.input = {(folder / "in").string()};
  options.out = folder / "out";
  options.pool.split = {5, 0.2, 0.1, 0, 0, 0, 0};
  options.pool.near.drop_samples = options.pool.near.drop_held_out = false;
  const auto counts = tag_samples(options, quiet_context()).manifest.counts;

  std::map<std::string, Record> tagged;
  std::map<std::string, std::vector<std::string>> order;  // by split
  for (const char* split : {"train", "valid", "test"}) {
    for (Record& record : udrl::data::read_records(options.out / split)) {
      order[split].push_back(record.id);
      tagged[record.id] = std::move(record);
    }
  }
  std::map<std::string, std::uint64_t> expected_counts;
  std::vector<Record> kept = kept_of(records, expected_counts);
  std::map<std::string, std::vector<std::string>> expected_order;
  REQUIRE(kept.size() == tagged.size());
  for (Record& record : kept) {
    record.split = tagged.at(record.id).split;  // how it is chosen is tested elsewhere
    expected_order[record.split].push_back(record.id);
    ++expected_counts[record.split];
  }
  CHECK(order == expected_order);
  CHECK(counts == expected_counts);
  CHECK(counts.at("duplicate_across") > 0);
  const auto fitted = udrl::command::load(options.out / "commands.json");
  for (const char* task : {"image", "template"}) {
    const auto of_this = of_task(kept, task);
    const auto returns = returns_of(of_this, options);
    const auto bins = bins_of(of_this, returns);
    std::vector<double> training;
    for (const Record& record : of_this) {
      INFO(record.id);
      CHECK(tagged.at(record.id).return_value.value() == Approx(returns.at(record.id)).margin(1e-12));
      CHECK(tagged.at(record.id).commands.at("return") == bins.at(record.id));
      if (record.split == "train") training.push_back(returns.at(record.id));
    }
    CHECK(fitted.task(task).quantiles == udrl::command::quantiles_101(training));
  }
}

TEST_CASE("Quantiles, edges and ranks do not depend on the memory of the sorts") {
  const TempFolder folder;
  const SortRoom room{folder / "", GENERATE(std::size_t{1} << 25, std::size_t{5000})};
  const bool global = GENERATE(false, true);
  RandomStream random(4, "ranks");
  Pool pool{RowFile(room.where, 0), {{}, room.where}, {{}, room.where}, {}, {"image", "template"}, {}};
  std::vector<RecordRow> rows;
  for (int i = 0; i < 2000; ++i) {
    RecordRow& row = rows.emplace_back();
    const std::string id = udrl::content_id({std::to_string(i)});
    std::copy_n(id.begin(), row.id.size(), row.id.begin());
    row.intent = static_cast<std::uint32_t>(random.below(200));
    row.task = static_cast<std::uint16_t>(random.below(2));
    row.split = row.intent % 5 == 0 ? Split::test : Split::train;
    row.real_return[0] = static_cast<double>(random.below(40)) / 8 - 2;
    if (i % 50 == 0) row.outcome = RowOutcome::near_duplicate;
    pool.rows.append(row, {});
  }
  udrl::command::Fitted fitted;
  fitted.bins = 5;
  fitted.kind = global ? udrl::command::ReturnKind::global : udrl::command::ReturnKind::advantage;
  fitted.tasks.resize(2);
  rank_returns(pool, fitted, room);

  std::map<std::pair<std::uint32_t, std::uint16_t>, std::vector<std::size_t>> groups;
  std::vector<double> training[2];
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].kept()) continue;
    groups[{rows[i].intent, rows[i].task}].push_back(i);
    if (rows[i].trains()) training[rows[i].task].push_back(rows[i].real_return[0]);
  }
  for (std::size_t task_index = 0; task_index < 2; ++task_index) {
    CHECK(fitted.tasks[task_index].quantiles == udrl::command::quantiles_101(training[task_index]));
    if (global) CHECK(fitted.tasks[task_index].edges == bin_edges(training[task_index], 5));
  }
  std::size_t wrong = 0;
  for (auto& [key, draws] : groups) {
    std::sort(draws.begin(), draws.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(rows[a].real_return[0], rows[a].id) < std::pair(rows[b].real_return[0], rows[b].id);
    });
    const auto bin_of_mean_rank = [&](std::size_t i) {
      const auto same = [&](std::size_t d) { return rows[d].real_return[0] == rows[draws[i]].real_return[0]; };
      const auto first = static_cast<std::uint64_t>(std::find_if(draws.begin(), draws.end(), same) - draws.begin()) + 1;
      const auto equal = static_cast<std::uint64_t>(std::count_if(draws.begin(), draws.end(), same));
      return static_cast<int>(5 * (first + first + equal - 2) / (2 * draws.size()));
    };
    for (std::size_t i = 0; i < draws.size(); ++i) {
      const int expected =
          global ? fitted.bin_of(fitted.tasks[key.second], rows[draws[i]].real_return[0]) : bin_of_mean_rank(i);
      wrong += pool.rows.read(draws[i]).bin[0] == expected ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

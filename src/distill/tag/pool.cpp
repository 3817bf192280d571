// Reading scored records into rows, finding equal answers, and giving each row its split.
#include "pool.hpp"

#include <algorithm>

#include "intents.hpp"
#include "read.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/in_order.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/data/dedup.hpp"

namespace udrl::distill {
namespace {

constexpr std::uint64_t report_every = 10'000;

Error unknown_task(const std::string& wanted, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  const std::string near = nearest(wanted, names);
  return user_error("'tasks' names a task that the data lacks")
      .expected(names.empty() ? "tasks of the data" : listed(names))
      .got("'" + wanted + "'")
      .hint(near.empty() ? "take it out, or add samples of it" : "did you mean '" + near + "'?");
}

class PoolReader {
 public:
  PoolReader(const PoolOptions& options, const std::vector<std::string>& scores, const std::filesystem::path& where)
      : options_(options),
        names_(scores),
        read_(options.tasks, options.near, names_),
        pool_{RowFile(where, names_.size()),
              data::SignatureFile(options.near.likeness, where),
              data::SignatureFile(options.near.likeness, where),
              names_,
              {},
              {}},
        texts_(where) {}

  void read(data::SampleLines lines, Observer& observer) {
    Pass pass(observer, "tag: read", "reading its input", 0);
    in_order([&] { return lines.next_batch(); }, read_,
             [&](const std::vector<ReadLine>& batch) {
               for (const ReadLine& line : batch) {
                 if (const auto* bad = std::get_if<BadSample>(&line)) add(*bad, lines);
                 else add(std::get<ReadSample>(line));
                 pass.step();
               }
             });
    pass.check();
  }

  Pool finish() {
    texts_.find([&](std::uint64_t row, bool same_intent) {
      pool_.rows.set_outcome(row, same_intent ? RowOutcome::duplicate : RowOutcome::duplicate_across);
    });
    split(task_indices());
    return std::move(pool_);
  }

 private:
  void add(const BadSample& bad, data::SampleLines& lines) {
    lines.reject(bad.line, bad.why);
    RecordRow row;
    row.outcome = RowOutcome::bad_line;
    pool_.rows.append(row, std::vector<double>(names_.size()));
    sign(pool_.answers, "");
  }

  void add(const ReadSample& sample) {
    const std::uint32_t intents = intents_.size();
    RecordRow row = sample.row;
    row.intent = intents_.number_of(sample.intent_key, sample.intent);
    if (row.outcome != RowOutcome::other_task) row.task = static_cast<std::uint16_t>(tasks_.of(sample.task));
    if (row.intent == intents) sign(pool_.intents, sample.intent.intent);
    if (row.kept()) texts_.add(pool_.rows.size(), sample.text, row.intent);
    if (!sample.answer.empty()) pool_.answers.append(sample.answer);
    pool_.rows.append(row, sample.scores);
  }

  void sign(data::SignatureFile& file, const std::string& text) const {
    const data::Signature signature = read_.sign(text);
    if (!signature.empty()) file.append(signature);
  }

  /// By number of task: the order that was asked for, then by name.
  std::vector<std::uint16_t> task_indices() {
    std::vector<std::string> names = tasks_.texts();
    const std::vector<std::string>& order = options_.tasks.names;
    for (const std::string& wanted : order) {
      if (std::find(names.begin(), names.end(), wanted) == names.end()) throw unknown_task(wanted, names);
    }
    const auto place = [&](const std::string& name) {
      return std::find(order.begin(), order.end(), name) - order.begin();
    };
    std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
      return std::pair(place(a), a) < std::pair(place(b), b);
    });
    if (names.size() > static_cast<std::size_t>(command::max_tasks)) {
      throw user_error("too many tasks").expected("at most 64").got(std::to_string(names.size()));
    }
    std::vector<std::uint16_t> task_index;
    for (const std::string& name : tasks_.texts()) {
      task_index.push_back(static_cast<std::uint16_t>(std::find(names.begin(), names.end(), name) - names.begin()));
    }
    pool_.tasks = std::move(names);
    return task_index;
  }

  /// Intents of which a record was kept.
  std::vector<bool> present_intents() {
    std::vector<bool> present(intents_.size());
    pool_.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) {
      if (!row.kept()) return;
      if (row.lacks > 0) throw missing_score(row);
      present[row.intent] = true;
    });
    return present;
  }

  Error missing_score(const RecordRow& row) const {
    const std::string id(row.id.begin(), std::find(row.id.begin(), row.id.end(), '\0'));
    return user_error("a record has no score '" + names_[row.lacks - 1u] + "'")
        .at("record " + id)
        .hint(
            "run 'score' with this scorer, or take it out of 'weights' and 'auxiliary' (set copying_penalty to 0 to go "
            "without copying)");
  }

  void split(const std::vector<std::uint16_t>& slot_of) {
    IntentTable::Parts parts = intents_.split(present_intents(), options_.split);
    pool_.subjects = std::move(parts.subjects);
    pool_.rows.update([&](std::uint64_t, RecordRow& row, std::span<const double>) {
      if (row.outcome == RowOutcome::bad_line || row.outcome == RowOutcome::other_task) return;
      row.task = slot_of[row.task];
      row.split = parts.of_intent[row.intent];
    });
  }

  const PoolOptions& options_;
  std::vector<std::string> names_;  ///< of the scores
  SampleReader read_;
  Pool pool_;
  Numbers tasks_;
  IntentTable intents_;
  data::DuplicateFinder texts_;
};

}  // namespace

void Pass::step() {
  if (++progress_.done % report_every != 0 && progress_.done != progress_.total) return;
  observer_.progress(progress_);
  check();
}

void Pass::check() const { check_stop("tag stopped while " + doing_, "run the same command again: it starts over"); }

Pool read_pool(const PoolOptions& options, const std::vector<std::string>& scores, const std::filesystem::path& out,
               Observer& observer) {
  PoolReader reader(options, scores, out);
  reader.read(data::SampleLines(options.input, options.skip_bad ? out / "rejects.jsonl" : std::filesystem::path()),
              observer);
  return reader.finish();
}

}  // namespace udrl::distill

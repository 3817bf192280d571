// Reading scored records into their compact form.
#include "tag_pool.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/dedup.hpp"
#include "udrl/data/text.hpp"

namespace udrl::distill {
namespace {

constexpr std::uint64_t report_every = 10'000;

std::vector<std::string> needed_scores(const TagOptions& options) {
  std::vector<std::string> names;
  for (const auto& [name, weight] : options.weights) {
    if (weight != 0) names.push_back(name);
  }
  if (names.empty()) throw user_error("no scorer has a weight").hint("set 'weights', for example relevance = 1.0");
  const bool has_copying = std::find(names.begin(), names.end(), "copying") != names.end();
  if (options.copying_penalty != 0 && !has_copying) names.emplace_back("copying");
  return names;
}

/// Gives each distinct text the next number.
class Numbers {
 public:
  Numbers() = default;
  explicit Numbers(const std::string& first) { of(first); }
  std::uint32_t of(const std::string& text) {
    const auto [entry, added] = numbers_.emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (added) texts_.push_back(text);
    return entry->second;
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> texts_;
};

class PoolReader {
 public:
  explicit PoolReader(const TagOptions& options) : options_(options) { pool_.score_names = needed_scores(options); }

  void add(const data::Record& record) {
    Row row;
    row.id = row_id(record);
    const int words = record.words.value_or(data::count_words(record.prompt));
    row.words = static_cast<std::uint8_t>(std::clamp(words, 0, 255));
    row.outcome = outcome_of(record, words);
    row.task = static_cast<std::uint16_t>(tasks_.of(record.task));
    row.group = groups_.of(record.intent.intent_id + "/" + record.task);
    add_scores(record, row.outcome);
    row_intents_.push_back(intent_of(record.intent));
    if (row.outcome == Outcome::kept) kept_[row_intents_.back()] = true;
    pool_.rows.push_back(row);
  }

  Pool finish() {
    number_tasks();
    split();
    return std::move(pool_);
  }

 private:
  Outcome outcome_of(const data::Record& record, int words) {
    if (words < 1) return Outcome::empty;
    if (words > command::max_words) return Outcome::too_long;
    if (!seen_.insert(record.prompt, record.intent.intent_id + "/" + record.task)) return Outcome::duplicate;
    if (!seen_across_.insert(record.prompt, record.task)) return Outcome::duplicate_across;
    return Outcome::kept;
  }

  void add_scores(const data::Record& record, Outcome outcome) {
    for (const std::string& name : pool_.score_names) {
      const auto found = record.scores.find(name);
      const bool there = found != record.scores.end();
      if (!there && outcome == Outcome::kept) {
        throw user_error("a record has no score '" + name + "'")
            .at("record " + record.id)
            .hint(
                "run 'score' with this scorer, or give it no weight (and set copying_penalty to 0 to go without "
                "copying)");
      }
      pool_.scores.push_back(there ? found->second : 0.0);
    }
  }

  /// The number of a distinct intent, whose origin is noted when it is seen first.
  std::uint32_t intent_of(const data::Intent& intent) {
    const std::uint32_t number = intents_.of(intent.intent_id);
    if (number < origins_.size()) return number;
    data::Origin origin;
    origin.group = group_names_.of(intent.group);
    origin.subject = subject_names_.of(data::subject_of(intent));
    origin.format = format_names_.of(intent.format);
    origin.wish = leading_bits(content_id({data::subject_of(intent), intent.format, intent.occasion, intent.style}));
    origin.intent = leading_bits(intent.intent_id);
    origins_.push_back(origin);
    kept_.push_back(false);
    return number;
  }

  /// Slots: the order that was asked for, then by name.
  void number_tasks() {
    std::vector<std::string> names = tasks_.texts();
    const auto place = [&](const std::string& name) {
      return std::find(options_.tasks.begin(), options_.tasks.end(), name) - options_.tasks.begin();
    };
    std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
      return std::pair(place(a), a) < std::pair(place(b), b);
    });
    if (names.size() > static_cast<std::size_t>(command::max_tasks)) {
      throw user_error("too many tasks").expected("at most 64").got(std::to_string(names.size()));
    }
    std::vector<std::uint16_t> slot;
    for (const std::string& name : tasks_.texts()) {
      slot.push_back(static_cast<std::uint16_t>(std::find(names.begin(), names.end(), name) - names.begin()));
    }
    for (Row& row : pool_.rows) row.task = slot[row.task];
    pool_.tasks = std::move(names);
  }

  /// Only intents of which a record was kept take part: the others may not hold anything out.
  void split() {
    std::vector<data::Origin> present;
    for (std::size_t i = 0; i < origins_.size(); ++i) {
      if (kept_[i]) present.push_back(origins_[i]);
    }
    const data::OriginNames names{group_names_.texts(), subject_names_.texts(), format_names_.texts()};
    const auto splits = data::split_intents(present, names, options_.split);
    std::vector<Split> of_intent(origins_.size(), Split::train);
    std::map<std::string, std::set<std::uint32_t>> subjects;
    for (std::size_t i = 0, next = 0; i < origins_.size(); ++i) {
      if (!kept_[i]) continue;
      of_intent[i] = splits[next++];
      subjects[split_names[static_cast<std::size_t>(of_intent[i])]].insert(origins_[i].subject);
    }
    for (const auto& [name, numbers] : subjects) pool_.subjects[name] = numbers.size();
    for (std::size_t i = 0; i < pool_.rows.size(); ++i) pool_.rows[i].split = of_intent[row_intents_[i]];
  }

  const TagOptions& options_;
  Pool pool_;
  Numbers tasks_, groups_, intents_, group_names_, subject_names_, format_names_{""};
  data::SeenTexts seen_, seen_across_;
  std::vector<data::Origin> origins_;  ///< by number of intent
  std::vector<bool> kept_;             ///< by number of intent: any of its records
  std::vector<std::uint32_t> row_intents_;
};

/// The input changed between two passes: no file of ours can be trusted then.
Error changed_input() {
  return failure("the input changed while it was being tagged")
      .hint("let nothing write to it, and run the same command again");
}

}  // namespace

RowId row_id(const data::Record& record) {
  RowId id{};
  std::copy_n(record.id.begin(), std::min(record.id.size(), id.size()), id.begin());
  return id;
}

std::map<std::string, double> Pool::scores_of(std::size_t row) const {
  std::map<std::string, double> out;
  for (std::size_t i = 0; i < score_names.size(); ++i) out[score_names[i]] = scores[row * score_names.size() + i];
  return out;
}

Pool read_pool(const TagOptions& options, RecordStream stream, Observer& observer) {
  PoolReader reader(options);
  Progress progress{"tag: read", "prompts", 0, 0, 0, ""};
  while (const auto record = stream.next()) {
    reader.add(*record);
    if (++progress.done % report_every != 0) continue;
    observer.progress(progress);
    check_stop("tag stopped while reading its input", "run the same command again");
  }
  Pool pool = reader.finish();
  pool.bad_lines = stream.rejected();
  return pool;
}

void for_each_kept(Pool& pool, RecordStream stream, const Pass& pass, Observer& observer,
                   const std::function<void(Row&, data::Record&)>& use) {
  Progress progress{pass.what, "prompts", 0, pool.rows.size(), 0, ""};
  for (Row& row : pool.rows) {
    std::optional<data::Record> record = stream.next();
    if (!record) throw changed_input();
    if (++progress.done % report_every == 0 || progress.done == progress.total) {
      observer.progress(progress);
      check_stop("tag stopped while " + pass.doing, "run the same command again: it begins anew");
    }
    if (row.outcome != Outcome::kept) continue;
    if (row_id(*record) != row.id) throw changed_input();
    use(row, *record);
  }
  if (stream.next()) throw changed_input();  // and bad lines at the end are set aside too
}

}  // namespace udrl::distill

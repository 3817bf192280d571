// The score stage: sort the input by intent, go on where an earlier run ended, score and write block by block.
#include "udrl/distill/score.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "blocks.hpp"
#include "endpoint/usage.hpp"
#include "reuse.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/shares.hpp"
#include "udrl/data/text.hpp"
#include "udrl/data/unscored.hpp"
#include "udrl/task/task.hpp"

namespace udrl::distill {
namespace {

using data::Manifest;
using data::Record;
using score::Values;

/// Six decimals: what a scorer can mean, and lines that are short.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

/// A scorer, and how its values are stored.
struct Column {
  score::Scorer* scorer;
  std::vector<std::string> names;  ///< as the scorer says
  std::string suffix;
  bool reusable;

  bool is_known(const Values& values) const {
    return reusable && std::all_of(names.begin(), names.end(), [&](const std::string& name) {
             return name == "words" || values.contains(name + suffix);
           });
  }
};

class BlockScorer {
 public:
  BlockScorer(const ScoreOptions& options, score::Resources resources, const Manifest& manifest)
      : set_(options.scorers, std::move(resources)),
        columns_(columns_of(options)),
        reuse_(options.reuse, asked(manifest, options.scorers), stored_names()) {}

  void score(std::vector<Record>& records) {
    set_.begin_batch();
    std::vector<Values> known;
    for (const Record& record : records) known.push_back(reuse_.of(record));
    for (const Column& column : columns_) fill(column, records, known);
    for (Record& record : records) record.words = data::count_words(record.answer);
  }
  /// How many take all that can be taken from earlier runs.
  std::uint64_t count_reused(const std::vector<Record>& records) const {
    return static_cast<std::uint64_t>(
        std::count_if(records.begin(), records.end(), [&](const Record& r) { return is_reused(reuse_.of(r)); }));
  }

 private:
  /// Only what these scorers depend on: the input's own models gave no value that is asked for.
  static Manifest asked(Manifest manifest, const std::vector<std::string>& scorers) {
    const auto depends_on = [&](const std::string& role) {
      return std::any_of(scorers.begin(), scorers.end(),
                         [&](const auto& name) { return score::model_of(name) == role; });
    };
    std::erase_if(manifest.models, [&](const auto& model) { return !depends_on(model.first); });
    if (std::none_of(scorers.begin(), scorers.end(), score::reads_task)) manifest.inputs.clear();
    return manifest;
  }
  std::vector<Column> columns_of(const ScoreOptions& options) {
    std::vector<Column> columns;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      const std::string& name = options.scorers[i];
      columns.push_back({&set_[i], set_[i].value_names(), score::model_of(name).empty() ? "" : options.suffix,
                         !score::depends_on_batch(name)});
    }
    return columns;
  }
  std::vector<std::string> stored_names() const {
    std::vector<std::string> names;
    for (const Column& column : columns_) {
      for (const std::string& name : column.names) names.push_back(name + column.suffix);
    }
    return names;
  }
  bool is_reused(const Values& values) const {
    return !values.empty() && std::all_of(columns_.begin(), columns_.end(), [&](const Column& column) {
      return !column.reusable || column.is_known(values);
    });
  }

  static void fill(const Column& column, std::vector<Record>& records, const std::vector<Values>& known) {
    std::vector<Record*> unknown;
    std::vector<score::Candidate> answers;
    for (std::size_t i = 0; i < records.size(); ++i) {
      Record& record = records[i];
      if (column.is_known(known[i])) {
        for (const std::string& name : column.names)
          store(record, name + column.suffix, known[i], name + column.suffix);
      } else {
        unknown.push_back(&record);
        answers.push_back(score::answers_of({&record, 1}).front());
      }
    }
    if (answers.empty()) return;
    std::vector<Values> values(answers.size());
    column.scorer->score(answers, values);
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      for (const std::string& name : column.names) store(*unknown[i], name + column.suffix, values[i], name);
    }
  }
  /// Words have a field of their own.
  static void store(Record& record, const std::string& as, const Values& values, const std::string& name) {
    if (name == "words") return;
    const auto value = values.find(name);
    if (value != values.end()) record.scores[as] = rounded(value->second);
    else record.scores.erase(as);  // another model's
    data::set_unscored(record, as, value == values.end());
  }

  score::ScorerSet set_;
  std::vector<Column> columns_;
  Reuse reuse_;
};

/// How many records of a folder lack each value that was not to be had.
void count_unscored(const ScoreOptions& options, std::map<std::string, std::uint64_t>& counts) {
  const auto may_lack = [](const std::string& scorer) { return score::model_of(scorer) == "judge"; };
  if (std::none_of(options.scorers.begin(), options.scorers.end(), may_lack)) return;
  if (!data::has_shards(options.out)) return;
  data::JsonLinesReader reader(options.out);
  while (const auto record = reader.next_as(data::record_from_json))
    for (const std::string& name : data::unscored(*record)) ++counts["unscored_" + name];
}

/// Their rules choose what is scored, and scorers read their examples. A task that an earlier run did not know has no
/// sample there.
void note_tasks(Manifest& manifest, const ScoreOptions& options) {
  if (options.tasks_folder.empty()) return;
  const std::optional<Manifest> earlier =
      data::has_manifest(options.out) ? std::optional(data::read_manifest(options.out)) : std::nullopt;
  for (const task::Task& task : task::load_tasks(options.tasks_folder, {}))
    if (const std::string input = "task " + task.name; !earlier || earlier->inputs.contains(input))
      manifest.inputs[input] = task.sha256;
}

Manifest wanted_manifest(const ScoreOptions& options, const ModelHashes& models, const RunContext& context) {
  Manifest manifest = data::manifest_of("score", context);
  manifest.models = data::models_of_inputs(options.input, models);
  manifest.inputs = data::hash_inputs(options.input);
  note_tasks(manifest, options);
  data::note_shares_of(manifest, options.input);
  for (const auto& [name, hash] : data::hash_inputs(options.reuse)) manifest.inputs["reuse " + name] = hash;
  return manifest;
}

std::filesystem::path rejects_file(const ScoreOptions& options) {
  return options.skip_bad ? options.out / "rejects.jsonl" : std::filesystem::path();
}

/// Passes over the blocks that are there, then scores and writes the others.
class BlockWriter {
 public:
  BlockWriter(const HeldFolder& out, BlockScorer& scorer, std::uint64_t total, Observer& observer)
      : out_(out), scorer_(scorer), observer_(observer), written_(written_lines(out)) {
    progress_ = {"score", "answers", 0, total, 0, ""};
  }

  void operator()(std::vector<Record> block) {
    reused_ += scorer_.count_reused(block);
    if (!writer_ && progress_.done + block.size() <= written_) {
      progress_.done += block.size();
      progress_.resumed = progress_.done;
      return;
    }
    check_stop(
        "score stopped after " + std::to_string(progress_.done) + " of " + std::to_string(progress_.total) + " answers",
        "run the same command again: it goes on from there");
    if (!writer_) open();
    scorer_.score(block);
    for (const Record& record : block) writer_->append(data::to_json(record));
    writer_->flush();
    progress_.done += block.size();
    observer_.progress(progress_);
  }
  std::uint64_t close() {
    if (!writer_) open();
    writer_->close();
    return reused_;
  }

 private:
  void open() {
    keep_lines(out_, progress_.done);
    writer_.emplace(out_);
  }

  const HeldFolder& out_;
  BlockScorer& scorer_;
  Observer& observer_;
  std::uint64_t written_;
  std::optional<data::ShardWriter> writer_;
  Progress progress_;
  std::uint64_t reused_ = 0;
};

Manifest score_into(HeldFolder held, const ScoreOptions& options, const score::Models& models,
                    const RunContext& context) {
  data::OutputFolder out(std::move(held), wanted_manifest(options, hashes_of(models), context));
  if (out.manifest.complete) return out.manifest;
  data::note_unfinished(options.input, context.observer);
  score::Siblings siblings;
  // Before the input is read: what a scorer lacks is said at once.
  BlockScorer scorer(options, resources_for(options, models, &siblings), out.manifest);
  const Filter filter(options.tasks_folder, options.scorers);
  const bool compares = std::find(options.scorers.begin(), options.scorers.end(), "retrieval") != options.scorers.end();
  SortedSamples samples(data::RecordStream(options.input, rejects_file(options)), filter, out.path(),
                        compares ? &siblings : nullptr);
  out.manifest.counts = samples.counts();
  if (samples.total() == 0)
    throw user_error("there is no sample to score")
        .at(options.input.front())
        .expected("at least one answer that is complete and keeps its task's rules")
        .got(data::to_text(out.manifest.counts))
        .hint("look at them with 'udrl-distill view', and make more: udrl-distill synthesize");
  BlockWriter writer(out, scorer, samples.total(), context.observer);
  samples.for_each_block(options.block, std::ref(writer));
  out.manifest.counts["reused"] = writer.close();
  count_unscored(options, out.manifest.counts);
  for (const auto& [role, model] : models)
    if (model != nullptr) note_usage(*model, out.manifest, context.observer);
  out.finish();
  return out.manifest;
}

}  // namespace

void declare(OptionSet& set, ScoreOptions& o) {
  set.add("input", o.input, "folders of samples").required().runtime_only();
  set.add("out", o.out, "folder of scored samples to write, or to go on with").required().runtime_only();
  set.add("scorers", o.scorers, "what to measure").choices(score::scorer_names());
  declare(set, static_cast<ScorerNeeds&>(o));
  set.add("reuse", o.reuse, "scored folders: samples of the same task, intent and answer take their values from there")
      .runtime_only();
  set.add("suffix", o.suffix, "behind the names of values that a model gave, to keep two models' values apart");
  set.add("block", o.block, "records scored and written together, at least").range(1, 100000);
  set.add("skip_bad", o.skip_bad, "put malformed lines into rejects.jsonl and go on");
}

Manifest score_samples(const ScoreOptions& options, const RunContext& context) {
  HeldFolder out(options.out);
  const OpenModels models(options, options.scorers, {&context.observer, options.out});
  return score_into(std::move(out), options, models.by_role(), context);
}

Manifest score_samples(const ScoreOptions& options, const score::Models& models, const RunContext& context) {
  return score_into(HeldFolder(options.out), options, models, context);
}

}  // namespace udrl::distill

// The score stage: survey the input, go on where an earlier run ended, score and write block by block.
#include "udrl/distill/score.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "score_blocks.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::distill {
namespace {

using data::Manifest;
using data::Record;
using score::Values;

const std::string model_name = "embedder";

/// Six decimals: what a scorer can mean, and lines that are short.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

std::string text_key(const Record& record) { return content_id({record.intent.intent, record.prompt}); }

bool embeds(const ScoreOptions& options) {
  return std::any_of(options.scorers.begin(), options.scorers.end(), score::needs_embeddings);
}

/// Values of samples that were scored before, by content.
class Reuse {
 public:
  Reuse(const ScoreOptions& options, const std::string& embedder_hash, std::vector<std::string> wanted)
      : wanted_(std::move(wanted)) {
    std::erase(wanted_, "words");
    for (const std::string& folder : options.reuse) {
      if (embeds(options)) require_same_model(folder, embedder_hash);
      read(folder);
    }
  }

  const Values* find(const Record& record) const {
    const auto found = known_.find(text_key(record));
    return found == known_.end() ? nullptr : &found->second;
  }

 private:
  static void require_same_model(const std::string& folder, const std::string& hash) {
    const Manifest manifest = data::read_manifest(folder);
    const auto model = manifest.models.find(model_name);
    const std::string got = model == manifest.models.end() ? "none" : model->second;
    if (got == hash) return;
    throw user_error("the scores to be reused were made with another embedding model")
        .at(folder)
        .expected(hash)
        .got(got)
        .hint("use that model, or leave out --reuse and score everything again");
  }

  void read(const std::string& folder) {
    data::JsonLinesReader reader(folder);
    while (const auto record = reader.next_as(data::record_from_json)) {
      Values values;
      for (const std::string& name : wanted_) {
        const auto found = record->scores.find(name);
        if (found != record->scores.end()) values.insert(*found);
      }
      if (values.size() == wanted_.size()) known_[text_key(*record)] = std::move(values);
    }
  }

  std::vector<std::string> wanted_;
  std::unordered_map<std::string, Values> known_;
};

void take_values(Record& record, const Values& values) {
  for (const auto& [name, value] : values) {
    if (name != "words") record.scores[name] = rounded(value);
  }
  record.words = data::count_words(record.prompt);
}

/// Scores the records of a block; returns how many took known values.
std::uint64_t score_block(std::vector<Record>& records, score::ScorerSet& scorers, const Reuse& reuse) {
  std::vector<Record*> unknown;
  std::vector<score::Answer> answers;
  for (Record& record : records) {
    if (const Values* values = reuse.find(record)) {
      take_values(record, *values);
    } else {
      unknown.push_back(&record);
      answers.push_back({record.intent.intent, record.prompt});
    }
  }
  const std::vector<Values> values = answers.empty() ? std::vector<Values>{} : scorers.score(answers);
  for (std::size_t i = 0; i < unknown.size(); ++i) take_values(*unknown[i], values[i]);
  return records.size() - unknown.size();
}

Manifest wanted_manifest(const ScoreOptions& options, const lm::LanguageModel* embedder, const RunContext& context) {
  Manifest manifest;
  manifest.stage = "score";
  manifest.tool_version = version();
  manifest.command_line = context.command_line;
  manifest.config = data::Json::parse(context.output_config_json);
  if (embedder) manifest.models[model_name] = embedder->info().sha256;
  manifest.inputs = hash_inputs(options.input);
  for (const auto& [name, hash] : hash_inputs(options.reuse)) manifest.inputs["reuse " + name] = hash;
  return manifest;
}

std::filesystem::path rejects_file(const ScoreOptions& options) {
  return options.skip_bad ? options.out / "rejects.jsonl" : std::filesystem::path();
}

/// Reads past the blocks that are there, then scores and writes the others.
std::uint64_t run_blocks(const ScoreOptions& options, score::ScorerSet& scorers, const Reuse& reuse,
                         const Survey& survey, Observer& observer) {
  const Filter filter(options.tasks_folder);
  const std::size_t resumed = resume_at_block(options.out, survey);
  RecordStream stream(options.input, rejects_file(options));
  data::ShardWriter writer(options.out);
  Progress progress{"score", "prompts", 0, survey.total, 0, ""};
  std::uint64_t reused = 0;
  std::map<std::string, std::uint64_t> ignored;
  for (std::size_t i = 0; i < survey.kept.size(); ++i) {
    Block block = read_block(stream, filter, options.block, ignored);
    progress.done += block.kept.size();
    if (i < resumed) {
      progress.resumed = progress.done;
      reused += static_cast<std::uint64_t>(std::count_if(block.kept.begin(), block.kept.end(),
                                                         [&](const Record& r) { return reuse.find(r) != nullptr; }));
      continue;
    }
    check_stop("score stopped after " + std::to_string(progress.done - block.kept.size()) + " of " +
                   std::to_string(survey.total) + " prompts",
               "run the same command again: it goes on from there");
    reused += score_block(block.kept, scorers, reuse);
    for (const Record& record : block.kept) writer.append(data::to_json(record));
    writer.flush();
    observer.progress(progress);
  }
  writer.close();
  return reused;
}

}  // namespace

void declare(OptionSet& set, ScoreOptions& o) {
  set.add("input", o.input, "folders of samples, read one after another").required().runtime_only();
  set.add("out", o.out, "folder of scored samples to write, or to go on with").required().runtime_only();
  set.add("scorers", o.scorers, "what to measure").choices(score::scorer_names());
  lm::declare(set, "embedder", o.embedder);
  set.add("reuse", o.reuse, "scored folders: samples of the same intent and prompt take their values from there")
      .runtime_only();
  set.add("tasks_folder", o.tasks_folder, "apply the validity rules of the tasks in this folder again");
  set.add("block", o.block, "records scored and written together").range(1, 100000);
  set.add("skip_bad", o.skip_bad, "put malformed lines into rejects.jsonl and go on");
}

Manifest score_samples(const ScoreOptions& options, const RunContext& context) {
  if (!embeds(options)) return score_samples(options, nullptr, context);
  lm::ModelOptions model = options.embedder;
  model.embedding = true;
  const auto embedder = lm::open_model(model);
  return score_samples(options, embedder.get(), context);
}

Manifest score_samples(const ScoreOptions& options, lm::LanguageModel* embedder, const RunContext& context) {
  score::ScorerSet scorers(options.scorers, embedder);
  Manifest manifest = data::open_output(options.out, wanted_manifest(options, embedder, context));
  if (manifest.complete) return manifest;
  const Reuse reuse(options, embedder ? embedder->info().sha256 : "", scorers.value_names());
  const Filter filter(options.tasks_folder);
  const Survey survey = survey_blocks(RecordStream(options.input, rejects_file(options)), filter, options.block);
  manifest.counts = survey.counts;
  manifest.counts["reused"] = run_blocks(options, scorers, reuse, survey, context.observer);
  manifest.complete = true;
  data::write_manifest(options.out, manifest);
  return manifest;
}

}  // namespace udrl::distill

// Roles, values and their cache.
#include "scoring.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/distill/scorer_options.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/score/kinds.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::eval {
namespace {

constexpr std::size_t block = 256;  // answers scored before their values reach the disk

std::string key_of(const score::Candidate& answer) {
  return content_id({std::string(answer.intent), std::string(answer.task), std::string(answer.text)});
}

data::Manifest wanted_manifest(const ScorerInfo& info, const std::map<std::string, std::string>& inputs) {
  data::Manifest manifest;
  manifest.stage = "eval-scores";
  manifest.tool_version = version();
  manifest.config = {{"value", info.value}};
  manifest.models["model"] = info.model;
  manifest.inputs = inputs;
  return manifest;
}

/// Not known where the manifest is no tagged folder's.
Labels labels_in(const data::Manifest& manifest) {
  const data::Fields config(manifest.config, "configuration");
  if (!config.value("weights").is_object() || manifest.models.empty()) return {};
  Labels labels;
  for (const auto& [value, weight] : config.numbers("weights"))
    if (weight != 0.0) labels.values.insert(value);
  if (config.has("auxiliary"))
    for (const std::string& value : config.texts("auxiliary"))
      labels.values.insert(value.starts_with('-') ? value.substr(1) : value);
  for (const auto& model : manifest.models) labels.models.insert(model.second);
  labels.known = true;
  return labels;
}

}  // namespace

std::string ScorerInfo::folder() const { return value + "-" + content_id({value, model}).substr(0, 12); }

Labels read_labels(const std::filesystem::path& tagged) {
  if (!data::has_manifest(tagged)) return {};
  try {
    return labels_in(data::read_manifest(tagged));
  } catch (const Error& error) {
    throw data::completed(error, (tagged / "manifest.json").string(), "tag the data again");
  }
}

Labels together(const Labels& a, const Labels& b) {
  Labels out = a;
  out.values.insert(b.values.begin(), b.values.end());
  out.models.insert(b.models.begin(), b.models.end());
  out.known = a.known && b.known;
  return out;
}

ScorerRole role_of(const std::string& value, const std::string& sha256, const Labels& labels) {
  if (!labels.known || (!sha256.empty() && labels.models.contains(sha256))) return ScorerRole::label;
  const auto is_unknown = [](const std::string& label) { return score::scorer_of_value(label).empty(); };
  if (std::any_of(labels.values.begin(), labels.values.end(), is_unknown)) return ScorerRole::label;
  const auto is_kin = [&](const std::string& label) { return !score::independent(label, value); };
  if (std::none_of(labels.values.begin(), labels.values.end(), is_kin)) return ScorerRole::other_kind;
  const bool unknown = sha256.empty() || labels.models.contains("");
  return unknown ? ScorerRole::label : ScorerRole::same_kind;
}

std::vector<Relevance> RelevanceScorer::score(std::span<const score::Candidate> answers) const {
  score::ScorerSet scorers({info_.value, info_.masked_value()}, resources_);
  std::vector<score::Values> values(answers.size());
  scorers.begin_batch();
  scorers.score(answers, values);
  std::vector<Relevance> out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto raw = values[i].find(info_.value), masked = values[i].find(info_.masked_value());
    if (raw == values[i].end() || masked == values[i].end())
      throw failure("the scorer " + info_.name + " gives no value")
          .at("answer to \"" + std::string(answers[i].intent) + "\"")
          .hint("an endpoint must list the log-probabilities of Yes and No; a GGUF model always does");
    out.push_back({raw->second, masked->second});
  }
  return out;
}

std::vector<score::Gate> RelevanceScorer::gates(const score::GateAnswers& answers, const score::GateOptions& options,
                                                Observer& observer) const {
  score::GateOptions both = options;
  both.scorers = {info_.value, info_.masked_value()};
  return score::measure_gates(answers, both, resources_, observer);
}

score::Damage RelevanceScorer::damage(const score::GateAnswers& answers, const score::DamageOptions& options,
                                      Observer& observer) const {
  return score::measure_damage(answers, info_.value, options, resources_, observer);
}

ScoreCache::ScoreCache(const std::filesystem::path& folder, const ScorerInfo& info,
                       const std::map<std::string, std::string>& inputs)
    : folder_(folder, wanted_manifest(info, inputs)) {
  data::repair_shards(folder_);
  if (!data::has_shards(folder_.path())) return;
  data::JsonLinesReader reader(folder_.path());
  const auto convert = [](const data::Json& json) {
    const data::Fields fields(json, "score");
    return std::pair<std::string, Relevance>(fields.text("key"), {fields.number("raw"), fields.number("masked")});
  };
  while (auto entry = reader.next_as(convert)) known_.insert(std::move(*entry));
}

std::vector<Relevance> ScoreCache::score(const RelevanceScorer& scorer, std::span<const score::Candidate> answers,
                                         const std::function<void(std::size_t)>& done) {
  std::vector<score::Candidate> missing;
  std::vector<std::string> keys, missing_keys;
  std::set<std::string> asked;
  for (const score::Candidate& answer : answers) {
    keys.push_back(key_of(answer));
    if (known_.contains(keys.back()) || !asked.insert(keys.back()).second) continue;
    missing.push_back(answer);
    missing_keys.push_back(keys.back());
  }
  done(answers.size() - missing.size());
  for (std::size_t begin = 0; begin < missing.size(); begin += block) {
    const std::size_t n = std::min(block, missing.size() - begin);
    const auto values = scorer.score(std::span(missing).subspan(begin, n));
    data::ShardWriter writer(folder_);
    for (std::size_t i = 0; i < n; ++i) {
      known_[missing_keys[begin + i]] = values[i];
      writer.append({{"key", missing_keys[begin + i]}, {"raw", values[i].raw}, {"masked", values[i].masked}});
    }
    writer.close();
    done(answers.size() - missing.size() + begin + n);
    check_stop("evaluation stopped while answers were scored", "run the same command again: it goes on from there");
  }
  std::vector<Relevance> out;
  for (const std::string& key : keys) out.push_back(known_.at(key));
  return out;
}

std::vector<ScorerInfo> OpenScorers::infos_for(const Labels& labels) const {
  std::vector<ScorerInfo> out;
  for (const RelevanceScorer& scorer : scorers_) {
    ScorerInfo& info = out.emplace_back(scorer.info());
    info.role = role_of(info.value, info.sha256, labels);
  }
  return out;
}

OpenScorers::OpenScorers(const ScorersOptions& options, const std::filesystem::path& tasks_folder, const Labels& labels,
                         const lm::OpenFor& whom) {
  const auto open = [&](const lm::ModelOptions& model, const std::string& role, const std::string& value) {
    models_.push_back(lm::open_model(model, whom));
    const lm::ModelInfo& known = models_.back()->info();
    distill::ScorerNeeds needs;
    needs.tasks_folder = tasks_folder;
    const std::string name = (value == "relevance" ? "" : value + " ") + (model.name.empty() ? known.name : model.name);
    scorers_.emplace_back(
        ScorerInfo{name, value, role_of(value, known.sha256, labels), identity_of(model), known.sha256},
        distill::resources_for(needs, {{role, models_.back().get()}}, nullptr));
  };
  open(options.embedder, "embedder", "relevance");
  if (is_named(options.second_embedder)) open(options.second_embedder, "embedder", "relevance");
  if (is_named(options.pmi)) open(options.pmi, "pmi", "pmi");
  if (is_named(options.question)) open(options.question, "judge", "serves");
  std::set<std::string> names;
  for (const RelevanceScorer& scorer : scorers_)
    if (!names.insert(scorer.info().name).second)
      throw user_error("two scorers have the same name")
          .got(scorer.info().name)
          .hint("give one a name of its own: second_embedder.name");
}

}  // namespace udrl::eval

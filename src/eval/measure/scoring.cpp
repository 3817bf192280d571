// Roles, values and their cache.
#include "scoring.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/distill/scorer_options.hpp"
#include "udrl/distill/tag_options.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/score/kinds.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::eval {
namespace {

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
  labels.values.erase(distill::rarity_score);
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

std::vector<double> FluencyReader::read(std::span<const score::Candidate> answers) const {
  score::ScorerSet scorer({info_.value}, resources_);
  std::vector<double> out;
  for (const score::Values& values : scorer.score(answers)) out.push_back(values.at(info_.value));
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
  const auto last_as = [&](const lm::ModelOptions& model, const std::string& value) -> ScorerInfo {
    const lm::ModelInfo& known = models_.back()->info();
    const bool says_so = value == "relevance" || value == "fluency";  // where the name is shown
    const std::string name = (says_so ? "" : value + " ") + (model.name.empty() ? known.name : model.name);
    return {name, value, role_of(value, known.sha256, labels), identity_of(model), known.sha256};
  };
  const auto open = [&](const lm::ModelOptions& model, const std::string& role, const std::string& value) {
    models_.push_back(lm::open_model(model, whom));
    distill::ScorerNeeds needs;
    needs.tasks_folder = tasks_folder;
    const auto resources = distill::resources_for(needs, {{role, models_.back().get()}}, nullptr);
    scorers_.emplace_back(last_as(model, value), resources);
    if (value == "pmi") fluency_.emplace(last_as(model, "fluency"), resources);
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

// The scorers of an evaluation: each measures relevance, raw and with the intent's words masked, under a model of its
// own, and whether answers are language; which of them made the student's labels; and whether each knows a true intent
// from another one.
// Not for: what follows from it (compare.hpp).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "measure.hpp"
#include "udrl/base/enum_names.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/eval/options.hpp"
#include "udrl/score/damage.hpp"
#include "udrl/score/gates.hpp"

namespace udrl::eval {

/// What a scorer has to do with the labels that the student was trained on.
enum class ScorerRole {
  label,      ///< it made them: a student may have learned its taste
  same_kind,  ///< another model, asked the same way
  other_kind,
};
constexpr auto names_of(ScorerRole) {
  return enum_names("label scorer", "held out, of the labels' kind", "held out, of another kind");
}

struct ScorerInfo {
  std::string name;   ///< "all-minilm-l6-v2", "pmi smollm2-135m"
  std::string value;  ///< of the raw figure: relevance or pmi (score/scorer.hpp)
  ScorerRole role = ScorerRole::label;
  std::string model;     ///< `identity_of` its options
  std::string sha256{};  ///< of the model's file

  std::string masked_value() const { return value + "_masked"; }
  /// A name for its folder of values.
  std::string folder() const;
  bool held_out() const { return role != ScorerRole::label; }
};

/// What made the labels: values, and the SHA-256 of the models behind them ("": one that is not known, so that no model
/// of that kind can be shown to be another).
struct Labels {
  std::set<std::string> values;
  std::set<std::string> models;
  bool known = false;
};
/// From the manifest of tagged data; without one nothing is known, and every scorer counts as a label scorer.
Labels read_labels(const std::filesystem::path& tagged);
/// What made either's labels; known if both are.
Labels together(const Labels& a, const Labels& b);
/// `sha256` of the model's file, whatever its weights were widened to. A model behind any label is a label scorer
/// however it is asked, and so is every scorer where a label's value is not of this build.
ScorerRole role_of(const std::string& value, const std::string& sha256, const Labels& labels);

/// The scorer `fluency`, under one causal model.
class FluencyReader {
 public:
  /// The models of `resources` must outlive it.
  FluencyReader(ScorerInfo info, score::Resources resources)
      : info_(std::move(info)), resources_(std::move(resources)) {}

  const ScorerInfo& info() const { return info_; }
  /// Nats a token.
  std::vector<double> read(std::span<const score::Candidate> answers) const;

 private:
  ScorerInfo info_;
  score::Resources resources_;
};

class RelevanceScorer {
 public:
  /// The models of `resources` must outlive it.
  RelevanceScorer(ScorerInfo info, score::Resources resources)
      : info_(std::move(info)), resources_(std::move(resources)) {}

  const ScorerInfo& info() const { return info_; }
  std::vector<Relevance> score(std::span<const score::Candidate> answers) const;
  /// Raw, and masked.
  std::vector<score::Gate> gates(const score::GateAnswers& answers, const score::GateOptions& options,
                                 Observer& observer) const;
  score::Damage damage(const score::GateAnswers& answers, const score::DamageOptions& options,
                       Observer& observer) const;

 private:
  ScorerInfo info_;
  score::Resources resources_;
};

/// The models that the options name, open: the embedder (for controls too), and the scorers on them.
class OpenScorers {
 public:
  OpenScorers(const ScorersOptions& options, const std::filesystem::path& tasks_folder, const Labels& labels,
              const lm::OpenFor& whom = {});
  lm::LanguageModel& embedder() const { return *models_.front(); }
  const std::vector<RelevanceScorer>& all() const { return scorers_; }
  /// Reads whether answers are language, with the model of `pmi`; nothing where none is named.
  const std::optional<FluencyReader>& fluency() const { return fluency_; }
  /// All of them, with the roles that they have for one student's labels alone.
  std::vector<ScorerInfo> infos_for(const Labels& labels) const;

 private:
  std::vector<std::unique_ptr<lm::LanguageModel>> models_;
  std::vector<RelevanceScorer> scorers_;
  std::optional<FluencyReader> fluency_;
};

}  // namespace udrl::eval

// Values of samples that were scored before, by content.
#include "reuse.hpp"

#include <cmath>
#include <limits>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/members.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::distill {
namespace {

std::string text_key(const data::Record& record) {
  return content_id({record.task, record.intent.intent, record.answer});
}

/// "" where the stage had no such model.
std::string model_of(const data::Manifest& manifest, const std::string& role) {
  const auto hash = manifest.models.find(role);
  if (hash == manifest.models.end()) return "";
  const auto kind = from_name<lm::WeightsKind>(data::text_in(manifest.config, role + ".weights"));
  return lm::model_identity(hash->second, kind.value_or(lm::WeightsKind::file));
}

/// The models that a manifest names gave the values with its suffix; of values without one it may know nothing.
void require_same_suffix(const std::string& folder, const data::Manifest& was, const data::Manifest& now) {
  const std::string before = data::text_in(was.config, "suffix"), wanted = data::text_in(now.config, "suffix");
  if (before.empty() || before == wanted) return;
  throw user_error("the scores to be reused have another suffix")
      .at(folder)
      .expected("'" + wanted + "'")
      .got("'" + before + "'")
      .hint("reuse the folder that was scored before that one, or leave out --reuse");
}

/// Examples and rubrics are read by scorers.
void require_same_tasks(const std::string& folder, const data::Manifest& was, const data::Manifest& now) {
  for (const auto& [input, hash] : now.inputs) {
    const auto before = was.inputs.find(input);
    if (!input.starts_with("task ") || before == was.inputs.end() || before->second == hash) continue;
    throw user_error("the scores to be reused are of another version of the " + input)
        .at(folder)
        .hint("put its file back, or leave out --reuse and score everything again");
  }
}

void require_same_models(const std::string& folder, const data::Manifest& was, const data::Manifest& now) {
  for (const auto& [role, hash] : now.models) {
    const std::string before = model_of(was, role), wanted = model_of(now, role);
    if (before.empty() || before == wanted) continue;
    throw user_error("the scores to be reused come from another model (" + role + ")")
        .at(folder)
        .expected(wanted)
        .got(before)
        .hint("use that model, or leave out --reuse and score everything again");
  }
}

}  // namespace

Reuse::Reuse(const std::vector<std::string>& folders, const data::Manifest& now, std::vector<std::string> wanted)
    : wanted_(std::move(wanted)) {
  for (const std::string& folder : folders) {
    const data::Manifest was = data::read_manifest(folder);
    require_same_models(folder, was, now);
    require_same_suffix(folder, was, now);
    require_same_tasks(folder, was, now);
    read(folder);
  }
}

void Reuse::read(const std::string& folder) {
  data::JsonLinesReader reader(folder);
  while (const auto record = reader.next_as(data::record_from_json)) {
    const auto [number, is_new] = samples_.add(text_key(*record));
    if (is_new) values_.resize(values_.size() + wanted_.size(), std::numeric_limits<double>::quiet_NaN());
    const std::size_t first = number * wanted_.size();
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const auto found = record->scores.find(wanted_[i]);
      if (found != record->scores.end() && std::isnan(values_[first + i])) values_[first + i] = found->second;
    }
  }
}

score::Values Reuse::of(const data::Record& record) const {
  score::Values values;
  if (samples_.size() == 0) return values;
  const auto number = samples_.find(text_key(record));
  for (std::size_t i = 0; number && i < wanted_.size(); ++i) {
    const double value = values_[*number * wanted_.size() + i];
    if (!std::isnan(value)) values.emplace(wanted_[i], value);
  }
  return values;
}

}  // namespace udrl::distill

// Values of samples that were scored before, by content.
#include "reuse.hpp"

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
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
  const data::Json& config = manifest.config;
  const std::string file = to_string(lm::WeightsKind::file);
  const std::string weights = config.is_object() ? config.value(role + ".weights", file) : file;
  return lm::model_identity(hash->second, from_name<lm::WeightsKind>(weights).value_or(lm::WeightsKind::file));
}

void require_same_models(const std::string& folder, const data::Manifest& now) {
  const data::Manifest was = data::read_manifest(folder);
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
    require_same_models(folder, now);
    read(folder);
  }
}

void Reuse::read(const std::string& folder) {
  data::JsonLinesReader reader(folder);
  while (const auto record = reader.next_as(data::record_from_json)) {
    score::Values& values = known_[text_key(*record)];
    for (const std::string& name : wanted_) {
      const auto found = record->scores.find(name);
      if (found != record->scores.end()) values.insert(*found);
    }
  }
}

const score::Values& Reuse::of(const data::Record& record) const {
  static const score::Values nothing;
  const auto found = known_.empty() ? known_.end() : known_.find(text_key(record));
  return found == known_.end() ? nothing : found->second;
}

}  // namespace udrl::distill

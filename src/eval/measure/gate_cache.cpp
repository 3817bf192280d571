// Gates as JSON, under a hash of what they were measured on.
#include "gate_cache.hpp"

#include "measured_file.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/score/damage_json.hpp"
#include "udrl/score/estimate_json.hpp"

namespace udrl::eval {
namespace {

using data::Fields, data::Json;
using score::Gate, score::damage_from_json, score::estimate_from_json;
using score::to_json;  // of estimates and damage, which that of a gate would hide

/// Raised when gates or damage are measured or written in another way.
constexpr int gates_version = 3, damage_version = 1;

std::string key_of(int version, const RelevanceScorer& scorer, const score::GateAnswers& answers, int resamples,
                   std::uint64_t seed) {
  Json on = {version, scorer.info().value, scorer.info().model, resamples, seed};
  for (const score::GateAnswer& answer : answers.answers)
    on.push_back({data::to_json(answer.intent), answers.tasks[answer.task], answer.text, answer.content_free});
  return sha256(data::json_line(on));
}

Json to_json(const Gate& gate) {
  Json json = {{"scorer", gate.scorer},    {"why_not", gate.why_not},
               {"answers", gate.answers},  {"shuffled", to_json(gate.shuffled)},
               {"by_task", gate.by_task},  {"pairs", gate.swapped_pairs},
               {"swapped", Json::object()}};
  for (const auto& [attribute, share] : gate.swapped) json["swapped"][attribute] = to_json(share);
  return json;
}

std::map<std::string, std::size_t> counts(const std::map<std::string, std::uint64_t>& naturals) {
  return {naturals.begin(), naturals.end()};
}

Gate gate_from(const Json& json) {
  const Fields fields(json, "gate");
  Gate gate;
  gate.scorer = fields.text("scorer");
  gate.why_not = fields.text("why_not");
  gate.answers = fields.natural("answers");
  gate.shuffled = estimate_from_json(fields.object("shuffled"));
  gate.by_task = fields.numbers("by_task");
  gate.swapped_pairs = counts(fields.naturals("pairs"));
  const Fields swapped(fields.object("swapped"), "swapped gate");
  for (const auto& one : fields.object("swapped").items())
    gate.swapped[one.key()] = estimate_from_json(swapped.object(one.key()));
  return gate;
}

/// None where they are of something else.
std::vector<Gate> gates_from(const Json& json, const std::string& key) {
  const Fields fields(json, "file of gates");
  std::vector<Gate> gates;
  if (fields.text("key") != key) return gates;
  for (const Json& gate : fields.list("gates")) gates.push_back(gate_from(gate));
  return gates;
}

/// Nothing where it is of something else.
std::optional<score::Damage> damage_from(const Json& json, const std::string& key) {
  const Fields fields(json, "file of damage");
  if (fields.text("key") != key) return std::nullopt;
  return damage_from_json(fields.object("damage"));
}

}  // namespace

std::vector<Gate> cached_gates(const std::filesystem::path& file, const RelevanceScorer& scorer,
                               const score::GateAnswers& answers, const score::GateOptions& options,
                               Observer& observer) {
  const std::string key = key_of(gates_version, scorer, answers, options.resamples, options.seed);
  const auto known = read_measured(file, observer, [&](const Json& json) { return gates_from(json, key); });
  if (known && !known->empty()) return *known;
  std::vector<Gate> gates = scorer.gates(answers, options, observer);
  Json json = {{"key", key}, {"gates", Json::array()}};
  for (const Gate& gate : gates) json["gates"].push_back(to_json(gate));
  data::write_json(file, json);
  return gates;
}

score::Damage cached_damage(const std::filesystem::path& file, const RelevanceScorer& scorer,
                            const score::GateAnswers& answers, const score::DamageOptions& options,
                            Observer& observer) {
  const std::string key = key_of(damage_version, scorer, answers, options.resamples, options.seed);
  const auto known = read_measured(file, observer, [&](const Json& json) { return damage_from(json, key); });
  if (known && *known) return **known;
  const score::Damage damage = scorer.damage(answers, options, observer);
  data::write_json(file, Json{{"key", key}, {"damage", score::to_json(damage)}});
  return damage;
}

}  // namespace udrl::eval

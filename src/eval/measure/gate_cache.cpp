// Gates as JSON, under a hash of what they were measured on.
#include "gate_cache.hpp"

#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/score/damage_json.hpp"
#include "udrl/score/estimate_json.hpp"

namespace udrl::eval {
namespace {

using data::Json;
using score::Gate, score::damage_from_json, score::estimate_from_json;
using score::to_json;  // of estimates and damage, which that of a gate would hide

/// Raised when gates or damage are measured or written in another way.
constexpr int gates_version = 3, damage_version = 1;

std::string key_of(int version, const RelevanceScorer& scorer, const score::GateAnswers& answers, int resamples,
                   std::uint64_t seed) {
  Json on = {version, scorer.info().value, scorer.info().model, resamples, seed};
  for (const score::GateAnswer& answer : answers.answers)
    on.push_back({data::to_json(answer.intent), answers.tasks[answer.task], answer.text, answer.content_free});
  return sha256(on.dump());
}

Json to_json(const Gate& gate) {
  Json json = {{"scorer", gate.scorer},    {"why_not", gate.why_not},
               {"answers", gate.answers},  {"shuffled", to_json(gate.shuffled)},
               {"by_task", gate.by_task},  {"pairs", gate.swapped_pairs},
               {"swapped", Json::object()}};
  for (const auto& [attribute, share] : gate.swapped) json["swapped"][attribute] = to_json(share);
  return json;
}
Gate gate_from(const Json& json) {
  Gate gate{json.at("scorer"),
            json.at("why_not"),
            json.at("answers"),
            estimate_from_json(json.at("shuffled")),
            json.at("by_task"),
            {},
            json.at("pairs"),
            {},
            {}};
  for (const auto& [attribute, share] : json.at("swapped").items()) gate.swapped[attribute] = estimate_from_json(share);
  return gate;
}

std::vector<Gate> read_gates(const std::filesystem::path& file, const std::string& key) try {
  std::vector<Gate> gates;
  const Json json = Json::parse(read_file(file));
  if (json.at("key") != key) return {};
  for (const Json& gate : json.at("gates")) gates.push_back(gate_from(gate));
  return gates;
} catch (const Json::exception&) {
  return {};  // measured again
}

}  // namespace

std::vector<Gate> cached_gates(const std::filesystem::path& file, const RelevanceScorer& scorer,
                               const score::GateAnswers& answers, const score::GateOptions& options,
                               Observer& observer) {
  const std::string key = key_of(gates_version, scorer, answers, options.resamples, options.seed);
  if (std::filesystem::exists(file))
    if (auto known = read_gates(file, key); !known.empty()) return known;
  std::vector<Gate> gates = scorer.gates(answers, options, observer);
  Json json = {{"key", key}, {"gates", Json::array()}};
  for (const Gate& gate : gates) json["gates"].push_back(to_json(gate));
  write_file_atomic(file, json.dump(1) + "\n");
  return gates;
}

score::Damage cached_damage(const std::filesystem::path& file, const RelevanceScorer& scorer,
                            const score::GateAnswers& answers, const score::DamageOptions& options,
                            Observer& observer) {
  const std::string key = key_of(damage_version, scorer, answers, options.resamples, options.seed);
  try {
    if (std::filesystem::exists(file))
      if (const Json known = data::read_json(file); known.value("key", "") == key)
        return damage_from_json(known.at("damage"));
  } catch (const std::exception&) {  // measured again
  }
  const score::Damage damage = scorer.damage(answers, options, observer);
  write_file_atomic(file, Json{{"key", key}, {"damage", score::to_json(damage)}}.dump(1) + "\n");
  return damage;
}

}  // namespace udrl::eval

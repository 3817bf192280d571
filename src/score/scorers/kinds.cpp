// Values by name.
#include "udrl/score/kinds.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "udrl/score/scorer.hpp"

namespace udrl::score {
namespace {

constexpr std::array<std::string_view, 5> descriptions = {"copying", "copy_ngram", "repetition", "tokens", "words"};
constexpr std::array<std::string_view, 2> embedding = {"relevance", "retrieval"};
constexpr std::array<std::string_view, 2> asking = {"judge", "serves"};
constexpr std::array<std::string_view, 4> without_intent = {"retrieval", "fluency", "novelty", "valid"};
constexpr std::string_view masked = "_masked";

bool holds(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_quality(const std::string& value) { return !holds(descriptions, value); }

bool masks(const std::string& value) { return value.ends_with(masked); }

std::string unmasked_form(const std::string& value) {
  return masks(value) ? value.substr(0, value.size() - masked.size()) : value;
}

bool has_masked_form(const std::string& value) { return holds(scorer_names(), masked_form(value)); }

bool sees_one_intent(const std::string& value) { return !holds(without_intent, value); }

std::string scorer_of_value(const std::string& value) {
  std::string longest;
  for (const std::string& name : scorer_names())
    if ((value == name || value.starts_with(name + "_")) && name.size() > longest.size()) longest = name;
  return longest;
}

std::string family_of(const std::string& value) {
  const std::string scorer = scorer_of_value(value), known = scorer.empty() ? value : scorer;
  const std::string stem = unmasked_form(known);
  return holds(embedding, stem) ? "embedding" : holds(asking, stem) ? "judge" : stem;
}

}  // namespace udrl::score

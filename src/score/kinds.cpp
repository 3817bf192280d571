// Values by name.
#include "udrl/score/kinds.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace udrl::score {
namespace {

constexpr std::array<std::string_view, 5> descriptions = {"copying", "copy_ngram", "repetition", "tokens", "words"};
constexpr std::array<std::string_view, 2> embedding = {"relevance", "retrieval"};
constexpr std::array<std::string_view, 3> without_intent = {"retrieval", "novelty", "valid"};
constexpr std::string_view masked = "_masked";

bool holds(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_quality(const std::string& value) { return !holds(descriptions, value); }

bool masks(const std::string& value) { return value.ends_with(masked); }

bool sees_one_intent(const std::string& value) { return !holds(without_intent, value); }

std::string family_of(const std::string& value) {
  const std::string stem = masks(value) ? value.substr(0, value.size() - masked.size()) : value;
  return holds(embedding, stem) ? "embedding" : stem;
}

}  // namespace udrl::score

// Embeddings for made-up worlds: what a text's words add up to. Not for: where a word points, which each world says.
#pragma once

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "udrl/data/text.hpp"

namespace udrl::testing {

/// Of each text a vector of length 1: the sum of what `add(word, sum)` adds for each of its words.
template <class Add>
std::vector<std::vector<float>> word_sums(std::span<const std::string> texts, Add add) {
  std::vector<std::vector<float>> rows;
  for (const std::string& text : texts) {
    std::vector<double> sum(64, 1e-3);
    for (const std::string& word : data::word_tokens(text)) add(word, sum);
    double norm = 0;
    for (const double x : sum) norm += x * x;
    std::vector<float>& row = rows.emplace_back();
    for (const double x : sum) row.push_back(static_cast<float>(x / std::sqrt(norm)));
  }
  return rows;
}

}  // namespace udrl::testing

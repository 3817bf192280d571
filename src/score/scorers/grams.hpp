// Texts as runs of words. Not for: what is counted of them (diversity.cpp, bleu.cpp).
#pragma once

#include <string>
#include <vector>

#include "udrl/data/text.hpp"

namespace udrl::score {

/// Case-folded words, the first `at_most` (0: all).
inline std::vector<std::string> first_words(const std::string& text, int at_most) {
  std::vector<std::string> words = data::word_tokens(text);
  if (at_most > 0 && words.size() > static_cast<std::size_t>(at_most)) words.resize(static_cast<std::size_t>(at_most));
  return words;
}

/// The n words that start at `first`, as one string: words hold no white space.
inline std::string gram(const std::vector<std::string>& words, std::size_t first, std::size_t n) {
  std::string text;
  for (std::size_t i = first; i < first + n; ++i) text += words[i] + ' ';
  return text;
}

}  // namespace udrl::score

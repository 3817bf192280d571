// Whether what was found in a text stands there as whole words. By the byte, so that positions stay those of the text:
// all that is not ASCII counts as part of a word. Not for: which words a text has (text.hpp).
#pragma once

#include <cctype>
#include <string_view>

namespace udrl::data {

inline bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || byte >= 0x80;
}

/// Of the bytes from `begin` to before `end`: no word goes on beyond either.
inline bool are_whole_words(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin == 0 || !is_word_byte(text[begin - 1])) && (end == text.size() || !is_word_byte(text[end]));
}

}  // namespace udrl::data

// UTF-8 code point by code point, and what a code point is. For the data room only. Not for: normal forms
// (normalise.cpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace udrl::data {

inline constexpr char32_t replacement = 0xFFFD;

/// The code point at `at`, which moves behind it. A malformed sequence gives U+FFFD for each maximal subpart
/// (Unicode 3.9).
char32_t decode_utf8(std::string_view text, std::size_t& at);
void append_utf8(std::string& out, char32_t code);
bool is_ascii(std::string_view text);
/// Unicode's White_Space property.
bool is_white_space(char32_t code);
/// General category Cc.
bool is_control(char32_t code);
/// A letter of any script.
bool is_letter(char32_t code);
/// A letter, mark or number of any script.
bool is_word_character(char32_t code);

/// NFC of valid UTF-8; with `fold`, of its full case folding. Throws `Error` (failure) when memory runs out.
std::string compose_utf8(std::string_view valid, bool fold);

}  // namespace udrl::data

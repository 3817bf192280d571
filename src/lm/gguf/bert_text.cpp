// BERT's treatment of Hangul and of very long words. Not for: the rest of its normalisation.
#include "bert_text.hpp"

#include <cstdint>

namespace udrl::lm {
namespace {

constexpr std::size_t longest_word = 100;
constexpr const char* unknown_letter = "\xF0\x90\x8C\xB0";  // U+10330, a Gothic A

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

/// The character of three bytes at i, or 0.
std::uint32_t three_bytes(std::string_view text, std::size_t i) {
  if (i + 2 >= text.size() || (byte_at(text, i) & 0xF0U) != 0xE0U) return 0;
  return (byte_at(text, i) & 0xFU) << 12U | (byte_at(text, i + 1) & 0x3FU) << 6U | (byte_at(text, i + 2) & 0x3FU);
}

void append(std::string& out, std::uint32_t code) {
  out += static_cast<char>(0xE0U | code >> 12U);
  out += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
  out += static_cast<char>(0x80U | (code & 0x3FU));
}

/// Unicode 3.12: leading consonant, vowel, trailing consonant if any.
void append_letters(std::string& out, std::uint32_t syllable) {
  const std::uint32_t index = syllable - 0xAC00U;
  append(out, 0x1100U + index / 588);
  append(out, 0x1161U + index % 588 / 28);
  if (index % 28 != 0) append(out, 0x11A7U + index % 28);
}

std::string without_syllables(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t code = three_bytes(text, i);
    if (code >= 0xAC00U && code <= 0xD7A3U) {
      append_letters(out, code);
      i += 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

bool ends_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
  return byte < 0x80U && !letter;
}

/// Characters whose own word each one is, or bytes in the middle of a character, do not lengthen a word.
bool lengthens_word(std::string_view text, std::size_t i) {
  const bool starts_character = (byte_at(text, i) & 0xC0U) != 0x80U;
  const std::uint32_t code = three_bytes(text, i);
  return starts_character && !(code >= 0x3000U && code <= 0x9FFFU);
}

}  // namespace

std::string bert_text(std::string_view raw) {
  const std::string text = without_syllables(raw);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    std::size_t length = 0;
    for (; end < text.size() && !ends_word(text[end]); ++end) length += lengthens_word(text, end) ? 1 : 0;
    out += length > longest_word ? unknown_letter : text.substr(i, end - i);
    if (end < text.size()) out += text[end++];
    i = end;
  }
  return out;
}

}  // namespace udrl::lm

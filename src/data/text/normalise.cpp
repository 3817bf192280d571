// The one normalisation of text, and case folding. Any change of what `normalise` returns raises normalisation_version.
// Not for: words (words.cpp).
#include "udrl/data/text.hpp"
#include "utf8.hpp"

namespace udrl::data {
namespace {

constexpr char32_t piece_space = 0x2581;     // ▁, how sentencepiece spells a space
constexpr char32_t reserved = 0x27E8;        // ⟨, opens every command
constexpr char32_t first_composing = 0x300;  // below it every text is its own NFC

// Valid UTF-8 with what udrl never keeps removed; white space becomes ' '. Says whether NFC may change it.
std::string clean(std::string_view text, bool& may_compose) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = decode_utf8(text, at);
    if (is_white_space(code)) {
      out += ' ';
    } else if (code == reserved) {
      out += '(';
    } else if (code != piece_space && !is_control(code)) {
      may_compose = may_compose || code >= first_composing;
      append_utf8(out, code);
    }
  }
  return out;
}

std::string collapse_spaces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

// Removing comes before composing: what was around a removed character may compose, and a second pass must find
// nothing.
std::string normalise(std::string_view text) {
  bool may_compose = false;
  std::string cleaned = clean(text, may_compose);
  if (may_compose) cleaned = compose_utf8(cleaned, false);
  return collapse_spaces(cleaned);
}

std::string fold_case(std::string_view text) {
  if (is_ascii(text)) {
    std::string out(text);
    for (char& c : out) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
  }
  std::string valid;
  for (std::size_t at = 0; at < text.size();) append_utf8(valid, decode_utf8(text, at));
  return compose_utf8(valid, true);
}

}  // namespace udrl::data

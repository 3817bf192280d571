// Each language's own way of saying that a character is only a character.
#include "quoting.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "udrl/data/fields.hpp"

namespace udrl::student {
namespace {

std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

constexpr std::string_view markup = "\\`*_[]<>&|~$#";

bool is_markup(char c) { return markup.find(c) != std::string_view::npos; }

std::size_t longest_run(const std::string& text, char of) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == of ? run + 1 : 0);
  return longest;
}

}  // namespace

std::string json_quoted(const std::string& text) { return data::json_line(nlohmann::ordered_json(text)); }

std::string yaml_word(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  return plain && text[0] >= 'a' ? text : json_quoted(text);
}

std::string markdown_text(const std::string& text) {
  std::string out;
  for (const char c : on_one_line(text)) {
    if (is_markup(c)) out += '\\';
    out += c;
  }
  return out;
}

std::string from_markdown_text(const std::string& markdown) {
  std::string out;
  for (std::size_t i = 0; i < markdown.size(); ++i) {
    if (markdown[i] == '\\' && i + 1 < markdown.size() && is_markup(markdown[i + 1])) ++i;
    out += markdown[i];
  }
  return out;
}

std::string markdown_code(const std::string& text) {
  const std::size_t run = longest_run(text, '`');
  const std::string fence(run + 1, '`'), space = run > 0 ? " " : "";
  return fence + space + on_one_line(text) + space + fence;
}

}  // namespace udrl::student

// Each language's own way of saying that a character is only a character.
#include "quoting.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "udrl/data/fields.hpp"

namespace udrl::student {
namespace {

std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

std::size_t longest_run(const std::string& text, char of) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == of ? run + 1 : 0);
  return longest;
}

}  // namespace

std::string json_quoted(const std::string& text) { return data::json_line(nlohmann::ordered_json(text)); }

std::string markdown_text(const std::string& text) {
  constexpr std::string_view markup = "\\`*_[]<>&|~$#";
  std::string out;
  for (const char c : on_one_line(text)) {
    if (markup.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_code(const std::string& text) {
  const std::size_t run = longest_run(text, '`');
  const std::string fence(run + 1, '`'), space = run > 0 ? " " : "";
  return fence + space + on_one_line(text) + space + fence;
}

}  // namespace udrl::student

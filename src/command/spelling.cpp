// Capitals and the spaces of JSON's values. Not for: normalisation (data/text).
#include "udrl/command/spelling.hpp"

#include <algorithm>

namespace udrl::command {
namespace {

// ASCII only, whatever the locale: a student's first letter is all that is looked at.
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

std::string uncapitalised(std::string text) {
  const bool sentence_case = text.size() > 1 && is_upper(text[0]) && (is_lower(text[1]) || text[1] == ' ');
  if (sentence_case) text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string capitalised(std::string text) {
  if (!text.empty() && is_lower(text[0])) text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// The place behind the closing quote of a JSON string that opens at `open`, or the text's end.
std::size_t end_of_string(std::string_view json, std::size_t open) {
  std::size_t at = open + 1;
  while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return std::min(at + 1, json.size());
}

/// A name is followed by a colon. The end of a text that is not whole is taken for a value.
bool is_value(std::string_view json, std::size_t end) {
  const std::size_t next = json.find_first_not_of(' ', end);
  return next == std::string_view::npos || json[next] != ':';
}

/// `change` is given each string's content and whether it is a value.
template <class Change>
std::string with_strings(std::string_view json, Change change) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    if (json[at] != '"') {
      out += json[at++];
      continue;
    }
    const std::size_t end = end_of_string(json, at);
    out += '"';
    change(out, json.substr(at + 1, end - at - 1), is_value(json, end));
    at = end;
  }
  return out;
}

bool begins_word(std::string_view content) { return !content.empty() && content[0] != '"' && content[0] != ' '; }

std::string loosened(std::string_view json) {
  return with_strings(json, [](std::string& out, std::string_view content, bool is_value) {
    if (is_value && begins_word(content)) out += ' ';
    out += content;
  });
}

std::string tightened(std::string_view json) {
  return with_strings(json, [](std::string& out, std::string_view content, bool) {
    out += content.starts_with(' ') ? content.substr(1) : content;
  });
}

}  // namespace

bool is_json(std::string_view answer) { return answer.starts_with('{') || answer.starts_with('['); }

std::string as_written(std::string_view answer) {
  return is_json(answer) ? loosened(answer) : uncapitalised(std::string(answer));
}

std::string as_shown(std::string_view written) {
  return is_json(written) ? tightened(written) : capitalised(std::string(written));
}

std::string sequence_text(std::string_view text) { return std::string(" ").append(text); }

bool is_quote_alone(std::string_view word) {
  return word.ends_with('"') && word.find_first_not_of("\"[{") == std::string_view::npos;
}

}  // namespace udrl::command

// Line breaks behind the first text, and brackets that close.
#include "answer_end.hpp"

#include <algorithm>
#include <string_view>

namespace udrl::lm {
namespace {

constexpr auto npos = std::string::npos;
constexpr const char* white_space = " \t\r\n\v\f";
constexpr std::string_view fence = "```";

/// Behind the bracket that closes the one at `at`; npos: it is still open.
std::size_t end_of_object(std::string_view text, std::size_t at) {
  int depth = 0;
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') ++at;
    else if (c == '"') in_string = !in_string;
    else if (in_string) continue;
    else if (c == '{' || c == '[') ++depth;
    else if ((c == '}' || c == ']') && --depth == 0) return at + 1;
  }
  return npos;
}

/// Where the text begins that is no white space and no opening fence ("```json"); npos: not yet.
std::size_t begin_of_content(std::string_view text) {
  std::size_t at = text.find_first_not_of(white_space);
  if (at == npos || fence.starts_with(text.substr(at))) return npos;
  if (text.substr(at).starts_with(fence)) {
    at += fence.size();
    while (at < text.size() && text[at] >= 'a' && text[at] <= 'z') ++at;
    at = text.find_first_not_of(white_space, at);
  }
  return at;
}

std::size_t end_at_newline(std::string_view text, std::size_t begin, std::size_t searched_from) {
  return begin == npos ? npos : text.find('\n', std::max(begin, searched_from));
}

/// Of the first text of `stop`.
std::size_t begin_of_stop(std::string_view text, const Sampling& sampling, std::size_t searched_from) {
  std::size_t first = npos;
  for (const std::string& stop : sampling.stop)
    first = std::min(first, text.find(stop, searched_from - std::min(searched_from, stop.size() - 1)));
  return first;
}

/// The length of the longest end of `text` that `stop` goes on from.
std::size_t begun(std::string_view text, std::string_view stop) {
  for (std::size_t length = std::min(text.size(), stop.size() - 1); length > 0; --length)
    if (text.ends_with(stop.substr(0, length))) return length;
  return 0;
}

/// Bytes of a last character of which some are missing.
std::size_t begun_character(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(3, text.size()); ++length) {
    const auto byte = static_cast<unsigned char>(text[text.size() - length]);
    if ((byte & 0xC0U) == 0x80U) continue;  // goes on
    const std::size_t whole = byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : byte >= 0xC0U ? 2 : 1;
    return whole > length ? length : 0;
  }
  return 0;
}

std::size_t end_of_content(std::string_view text, const Sampling& sampling, std::size_t searched_from) {
  if (!sampling.stop_after_object) return end_at_newline(text, text.find_first_not_of(white_space), searched_from);
  const std::size_t begin = begin_of_content(text);
  const bool is_object = begin != npos && (text[begin] == '{' || text[begin] == '[');
  return is_object ? end_of_object(text, begin) : end_at_newline(text, begin, searched_from);
}

}  // namespace

bool cut_at_end(std::string& text, const Sampling& sampling, std::size_t searched_from) {
  std::size_t end = begin_of_stop(text, sampling, searched_from);
  if (sampling.stop_at_newline || sampling.stop_after_object)
    end = std::min(end, end_of_content(text, sampling, searched_from));
  if (end == npos) return false;
  text.resize(end);
  return true;
}

std::size_t settled(std::string_view text, const Sampling& sampling) {
  std::size_t open = begun_character(text);
  for (const std::string& stop : sampling.stop) open = std::max(open, begun(text, stop));
  return text.size() - open;
}

}  // namespace udrl::lm

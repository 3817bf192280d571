// Dots and brackets outside of strings and comments. What is no TOML is scanned somehow: the parser refuses it.
#include "toml_depth.hpp"

#include <algorithm>
#include <vector>

namespace udrl::detail {
namespace {

constexpr std::size_t deepest = 64;  // as of JSON, which it becomes

std::size_t end_of_comment(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

/// Behind the string that begins at `at`. One that its line does not end is none, and ends with the line.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool is_long = text.substr(at, 3) == three;
  const std::string closing = is_long ? three : three.substr(0, 1);
  at += closing.size();
  while (at < text.size() && text.substr(at, closing.size()) != closing) {
    if (!is_long && text[at] == '\n') return at;
    at += quote == '"' && text[at] == '\\' ? 2 : 1;
  }
  at += closing.size();
  while (is_long && at < text.size() && text[at] == quote) ++at;  // its last characters may be quotes
  return std::min(at, text.size());
}

/// Tables within tables at the place that is read.
class Depth {
 public:
  void take(char c) {
    if (c == '.') ++dots_;
    if (c == '{' || c == '[') open();
    if (c == '}' || c == ']') close();
    if (c == ',' || c == '\n') dots_ = 0;
  }
  std::size_t now() const { return outer_ + dots_; }

 private:
  void open() {
    dots_of_outer_.push_back(dots_);
    outer_ += dots_ + 1;
    dots_ = 0;
  }
  void close() {
    dots_ = 0;
    if (dots_of_outer_.empty()) return;
    outer_ -= dots_of_outer_.back() + 1;
    dots_of_outer_.pop_back();
  }

  std::vector<std::size_t> dots_of_outer_;
  std::size_t outer_ = 0, dots_ = 0;
};

/// Where the text is first nested too deep; npos: nowhere.
std::size_t first_too_deep(std::string_view text) {
  Depth depth;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = end_of_string(text, at);
    } else if (c == '#') {
      at = end_of_comment(text, at);
    } else {
      depth.take(c);
      if (depth.now() > deepest) return at;
      ++at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_toml_too_deep(std::string_view text) { return first_too_deep(text) != std::string_view::npos; }

Error toml_too_deep() {
  return user_error("nested more than 64 deep").expected("brackets and dotted keys within each other 64 times at most");
}

void check_toml_depth(std::string_view text, const std::string& file) {
  const std::size_t at = first_too_deep(text);
  if (at == std::string_view::npos) return;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  throw toml_too_deep().at(file + ":" + std::to_string(line)).hint("nothing that udrl reads is: is it the right file?");
}

}  // namespace udrl::detail

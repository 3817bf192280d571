// The rules of validity.hpp, each a small predicate.
#include "udrl/distill/validity.hpp"

#include <utf8proc.h>
#include <algorithm>
#include <array>
#include <map>

#include "udrl/data/text.hpp"

namespace udrl::distill {
namespace {

bool starts_with_any(std::string_view text, const auto& prefixes) {
  return std::any_of(std::begin(prefixes), std::end(prefixes), [&](std::string_view p) { return text.starts_with(p); });
}

bool is_preamble(std::string_view folded) {
  static constexpr std::array<std::string_view, 12> openings = {"sure",       "here is",   "here's",   "here are",
                                                                "certainly",  "of course", "as an ai", "i'm sorry",
                                                                "i am sorry", "i can't",   "okay,",    "prompt:"};
  return starts_with_any(folded, openings);
}

bool is_list(std::string_view text) {
  static constexpr std::array<std::string_view, 6> bullets = {"- ", "* ", "• ", "1. ", "1) ", "# "};
  return starts_with_any(text, bullets) || text.find(" 2. ") != std::string_view::npos;
}

bool is_quoted(std::string_view text) {
  return text.size() > 1 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
}

bool has_markup(std::string_view text) {
  static constexpr std::array<std::string_view, 7> signs = {"```", "**", "<|", "</", "http://", "https://", "{\""};
  return std::any_of(signs.begin(), signs.end(), [&](auto sign) { return text.find(sign) != std::string_view::npos; });
}

/// Latin letters have code points below U+0250, and U+1E00–U+1EFF.
bool has_other_script(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    utf8proc_int32_t code = 0;
    const auto length = utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(text.size() - i), &code);
    if (length <= 0) return true;
    i += static_cast<std::size_t>(length);
    const auto category = utf8proc_category(code);
    const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    if (letter && code >= 0x250 && !(code >= 0x1E00 && code <= 0x1EFF)) return true;
  }
  return false;
}

bool repeats(const std::vector<std::string>& words) {
  std::map<std::pair<std::string, std::string>, int> pairs;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (i > 1 && words[i] == words[i - 1] && words[i] == words[i - 2]) return true;
    const bool telling = !data::is_stop_word(words[i]) || !data::is_stop_word(words[i - 1]);
    if (telling && ++pairs[{words[i - 1], words[i]}] > 2) return true;
  }
  return false;
}

bool is_echo(std::string_view folded, std::string_view intent, const Task& task) {
  if (folded == data::fold_case(intent)) return true;
  return std::any_of(task.examples.begin(), task.examples.end(),
                     [&](const Example& e) { return folded == data::fold_case(e.prompt); });
}

}  // namespace

std::string broken_rule(std::string_view answer, std::string_view intent, const Task& task) {
  if (answer.empty()) return "empty";
  const int count = data::count_words(answer);
  if (count < task.min_words) return "too_short";
  if (count > task.max_words) return "too_long";
  const std::string folded = data::fold_case(answer);
  if (is_preamble(folded)) return "preamble";
  if (is_quoted(answer)) return "quoted";
  if (is_list(answer)) return "list";
  if (has_markup(answer)) return "markup";
  if (has_other_script(answer)) return "language";
  if (repeats(data::word_tokens(answer))) return "repeats";
  if (is_echo(folded, intent, task)) return "echo";
  return {};
}

}  // namespace udrl::distill

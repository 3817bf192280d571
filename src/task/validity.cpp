// The rules of validity.hpp, each a small predicate.
#include "udrl/task/validity.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "json_schema.hpp"
#include "udrl/data/text.hpp"
#include "udrl/task/signs.hpp"

namespace udrl::task {
namespace {

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
                     [&](const Example& e) { return folded == data::fold_case(e.answer); });
}

/// A rule says whether an answer breaks it.
struct CheckedAnswer {
  std::string_view text, intent;
  std::string folded;
  int words;
  const Task& task;
};
struct Rule {
  const char* name;
  bool (*broken)(const CheckedAnswer&);
};

const std::array<Rule, 11> rules = {{
    {"empty", [](const CheckedAnswer& a) { return a.text.empty(); }},
    {"too_short", [](const CheckedAnswer& a) { return a.words < a.task.min_words; }},
    {"too_long", [](const CheckedAnswer& a) { return a.words > a.task.max_words; }},
    {"schema", [](const CheckedAnswer& a) { return a.task.schema && !a.task.schema->fault(a.text).empty(); }},
    {"preamble", [](const CheckedAnswer& a) { return !a.task.schema && is_preamble(a.folded); }},
    {"quoted", [](const CheckedAnswer& a) { return !a.task.schema && is_quoted(a.text); }},
    {"list", [](const CheckedAnswer& a) { return !a.task.schema && is_list(a.text); }},
    {"markup", [](const CheckedAnswer& a) { return !a.task.schema && has_markup(a.text); }},
    {"language", [](const CheckedAnswer& a) { return data::has_other_script(a.text); }},
    {"repeats", [](const CheckedAnswer& a) { return repeats(data::word_tokens(a.text)); }},
    {"echo", [](const CheckedAnswer& a) { return is_echo(a.folded, a.intent, a.task); }},
}};

bool allows(const Task& task, const std::string& rule) {
  return std::find(task.allow.begin(), task.allow.end(), rule) != task.allow.end();
}

}  // namespace

const std::vector<std::string>& validity_rules() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Rule& rule : rules) out.emplace_back(rule.name);
    return out;
  }();
  return names;
}

std::string broken_rule(std::string_view answer, std::string_view intent, const Task& task) {
  const CheckedAnswer a{answer, intent, data::fold_case(answer), data::count_words(answer), task};
  for (const Rule& rule : rules) {
    if (!allows(task, rule.name) && rule.broken(a)) return rule.name;
  }
  return {};
}

}  // namespace udrl::task

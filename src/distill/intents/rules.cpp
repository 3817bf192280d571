// What is no intent. Not for: how common or sensible one is.
#include <array>

#include "udrl/data/text.hpp"
#include "udrl/distill/intents.hpp"
#include "udrl/task/signs.hpp"

namespace udrl::distill {
namespace {

constexpr std::size_t characters_a_word = 24;  // four times what is usual: no word is longer in any list of intents

/// People who type into a search box do not talk to a model.
bool is_chat(const std::string& folded) {
  static constexpr std::array<std::string_view, 18> openings = {
      "can you ", "could you ", "would you ", "will you ",  "please ",  "write ",
      "tell me ", "what is ",   "what are ",  "how do ",    "how can ", "explain ",
      "you are ", "act as ",    "ignore ",    "generate a", "as an ai", "i want you "};
  return task::starts_with_any(folded, openings) || folded.ends_with("?");
}

}  // namespace

std::string broken_intent_rule(std::string_view intent, int most_words) {
  if (intent.empty()) return "empty";
  if (data::count_words(intent) > most_words) return "too_long";
  if (data::count_characters(intent) > characters_a_word * static_cast<std::size_t>(most_words)) return "too_long";
  if (data::has_other_script(intent)) return "language";
  if (data::word_tokens(intent).empty()) return "no_words";
  if (task::has_markup(intent)) return "markup";
  if (is_chat(data::fold_case(intent))) return "chat";
  return {};
}

}  // namespace udrl::distill

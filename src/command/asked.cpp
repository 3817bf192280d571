// From a user's words to a command, and what the user should know of it. Not for: which commands are supported
// (support.cpp).
#include <algorithm>
#include <charconv>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/base/options.hpp"
#include "udrl/command/fitted.hpp"

namespace udrl::command {
namespace {

bool bin_is_supported(const Support& support, const SupportRule& rule, int bin, std::optional<int> words) {
  if (support.total(bin) < rule.top_at_least) return false;
  return !words || support.near(words, bin, rule.reach) >= rule.at_least;
}

/// The bin with most records: what to ask where no bin meets the rule (tiny data).
int fullest_bin(const Support& support) {
  int best = 0;
  for (int bin = 1; bin < support.bins(); ++bin) {
    if (support.total(bin) > support.total(best)) best = bin;
  }
  return best;
}

enum class End { top, lowest };

std::optional<End> end_from_text(const std::string& text) {
  if (text == "top") return End::top;
  return text == "lowest" ? std::optional(End::lowest) : std::nullopt;
}

/// The bin nearest to one end that is `good`.
template <class Good>
std::optional<int> find_bin(const Support& support, End end, Good good) {
  for (int i = 0; i < support.bins(); ++i) {
    const int bin = end == End::top ? support.bins() - 1 - i : i;
    if (good(bin)) return bin;
  }
  return std::nullopt;
}

/// Of one return, whatever else is asked. At a length that the data lacks it is that of all lengths, so that what is
/// refused, and the nearest command that is named then, are what was meant.
int end_bin(const Fitted& fitted, const FittedReturn& fit, std::optional<int> words, End end) {
  const auto found =
      find_bin(fit.support, end, [&](int bin) { return bin_is_supported(fit.support, fitted.rule, bin, words); });
  if (found) return *found;
  return words ? end_bin(fitted, fit, std::nullopt, end) : fullest_bin(fit.support);
}

/// Of an auxiliary return, together with what is asked already.
int joint_end_bin(const Fitted& fitted, Command command, int which, End end) {
  const Support& support = fitted.task(command.task_index).of(which).support;
  const auto found = find_bin(support, end, [&](int bin) {
    command.auxiliary[static_cast<std::size_t>(which) - 1] = bin;
    return bin_is_supported(support, fitted.rule, bin, command.words) && fitted.supports(command);
  });
  return found ? *found : fullest_bin(support);
}

/// The bin that `text` asks of one return, where `asked` holds what is known of the command.
std::optional<int> bin_from_text(const Fitted& fitted, const Command& asked, int which, const std::string& text) {
  if (text == "any") return std::nullopt;
  if (const auto end = end_from_text(text)) {
    return which > 0 ? joint_end_bin(fitted, asked, which, *end)
                     : end_bin(fitted, fitted.task(asked.task_index), asked.words, *end);
  }
  int bin = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bin);
  if (error != std::errc() || end != text.data() + text.size() || bin < 0 || bin >= fitted.bins) {
    throw user_error("no such return")
        .expected("top, lowest, any or 0 to " + std::to_string(fitted.bins - 1))
        .got(text)
        .hint("top asks for the best that the training data supports");
  }
  return bin;
}

/// 1 …: the place of the auxiliary return of this name.
int which_further(const Fitted& fitted, const std::string& name) {
  std::vector<std::string> names;
  for (const AuxiliaryReturn& one : fitted.auxiliary) names.push_back(one.name);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return 1 + static_cast<int>(found - names.begin());
  const std::string near = nearest(name, names);
  throw user_error("the student has no such return")
      .got(name)
      .hint(names.empty() ? "its data has one return only: `auxiliary` of udrl-distill tag adds some"
                          : "did you mean '" + (near.empty() ? names.front() : near) + "'?");
}

/// What is asked of one return: 0 is the return, 1 … the auxiliary ones.
struct Part {
  int which;
  std::string text;
};

/// "top+novelty=3": the return's first.
std::vector<Part> parts_of(const Fitted& fitted, const std::string& returns) {
  std::size_t end = returns.find('+');
  std::vector<Part> parts{{0, returns.substr(0, end)}};
  std::set<int> named;
  while (end != std::string::npos) {
    const std::size_t start = end + 1;
    end = returns.find('+', start);
    const std::string part = returns.substr(start, end - std::min(end, start));
    const std::size_t equals = part.find('=');
    const int which = equals == std::string::npos ? 0 : which_further(fitted, part.substr(0, equals));
    if (which == 0 || !named.insert(which).second) {
      throw user_error("each auxiliary return wants a name and a value, once")
          .expected("for example top+novelty=3")
          .got(returns);
    }
    parts.push_back({which, part.substr(equals + 1)});
  }
  return parts;
}

std::optional<int>& asked_bin(Command& command, int which) {
  return which == 0 ? command.return_bin : command.auxiliary[static_cast<std::size_t>(which) - 1];
}

/// The length nearest to `words` at which the data supports this bin.
std::optional<int> nearest_words(const Fitted& fitted, const Support& support, int bin, int words) {
  for (int away = 0; away < max_words; ++away)
    for (const int there : {words - away, words + away})
      if (there >= 1 && there <= max_words && bin_is_supported(support, fitted.rule, bin, there)) return there;
  return std::nullopt;
}

/// Of a `top` or `lowest` that is `here` instead of `usual`.
std::string moved(const Fitted& fitted, const Command& command, const Part& part, int here, int usual) {
  const std::string name = part.which == 0 ? "return" : fitted.auxiliary[static_cast<std::size_t>(part.which) - 1].name;
  std::string text = fitted.describe(command) + ": the " + part.text + " " + name +
                     " that the training data supports is " + std::to_string(here) + ", of 0 to " +
                     std::to_string(fitted.bins - 1) + "; elsewhere it is " + std::to_string(usual);
  if (part.which > 0 || !command.words) return text;
  const Support& support = fitted.task(command.task_index).support;
  const auto words = nearest_words(fitted, support, usual, *command.words);
  return words ? text + " (nearest: " + std::to_string(*words) + " words)" : text;
}

}  // namespace

int Fitted::top_return(int task_index, std::optional<int> words, int which) const {
  return end_bin(*this, task(task_index).of(which), words, End::top);
}

int Fitted::lowest_return(int task_index, std::optional<int> words, int which) const {
  return end_bin(*this, task(task_index).of(which), words, End::lowest);
}

Command Fitted::command(int task_index, std::optional<int> words, const std::string& returns) const {
  Command command{task_index, words, std::nullopt, std::vector<std::optional<int>>(auxiliary.size())};
  for (const Part& part : parts_of(*this, returns))
    asked_bin(command, part.which) = bin_from_text(*this, command, part.which, part.text);
  return command;
}

std::string Fitted::remark(Command command, const std::string& returns) const {
  std::string text;
  for (const Part& part : parts_of(*this, returns)) {
    const auto end = end_from_text(part.text);
    const std::optional<int> here = asked_bin(command, part.which);
    if (!end || !here) continue;
    const int usual = end_bin(*this, task(command.task_index).of(part.which), std::nullopt, *end);
    if (*here != usual) text += (text.empty() ? "" : "; ") + moved(*this, command, part, *here, usual);
  }
  return text;
}

}  // namespace udrl::command

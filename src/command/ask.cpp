// Which commands may be asked: the support in the training data, and defaults drawn from it. Not for: returns
// (fitted.cpp).
#include <charconv>
#include <limits>
#include <tuple>

#include "udrl/base/error.hpp"
#include "udrl/command/fitted.hpp"

namespace udrl::command {
namespace {

constexpr int words_per_return_step = 4;

std::string describe(const FittedTask& task, const Command& command) {
  return "task " + task.name + ", words " + (command.words ? std::to_string(*command.words) : "any") + ", return " +
         (command.return_bin ? std::to_string(*command.return_bin) : "any");
}

int distance(const Command& a, const Command& b) {
  const int words = a.words ? std::abs(*a.words - *b.words) : 0;
  const int steps = a.return_bin ? std::abs(*a.return_bin - *b.return_bin) : 0;
  return words + words_per_return_step * steps;
}

/// All values a dimension can take: those of the command's kind (given or any).
std::vector<std::optional<int>> choices(const std::optional<int>& asked, int low, int high) {
  if (!asked) return {std::nullopt};
  std::vector<std::optional<int>> values;
  for (int value = low; value <= high; ++value) values.emplace_back(value);
  return values;
}

/// How often each number of words occurs in a bin; index is words.
std::vector<double> words_of_bin(const FittedTask& task, int bin) {
  std::vector<double> counts(max_words + 1, 0.0);
  for (int words = 1; words <= max_words; ++words) {
    counts[static_cast<std::size_t>(words)] = static_cast<double>(task.support.count(words, bin));
  }
  return counts;
}

bool bin_is_supported(const Fitted& fitted, const FittedTask& task, int bin, std::optional<int> words) {
  if (task.support.total(bin) < fitted.rule.top_at_least) return false;
  return !words || task.support.near(words, bin, fitted.rule.reach) >= fitted.rule.at_least;
}

/// The bin with most records: what to ask where no bin meets the rule (tiny data).
int fullest_bin(const FittedTask& task) {
  int best = 0;
  for (int bin = 1; bin < task.support.bins(); ++bin) {
    if (task.support.total(bin) > task.support.total(best)) best = bin;
  }
  return best;
}

}  // namespace

std::uint64_t Support::total(int bin) const { return near(std::nullopt, bin, 0); }

std::uint64_t Support::near(std::optional<int> words, std::optional<int> bin, int reach) const {
  const int first = words ? std::max(1, *words - reach) : 1;
  const int last = words ? std::min(max_words, *words + reach) : max_words;
  std::uint64_t sum = 0;
  for (int w = first; w <= last; ++w) {
    for (int b = bin.value_or(0); b <= bin.value_or(bins_ - 1); ++b) sum += count(w, b);
  }
  return sum;
}

int Fitted::top_return(int slot, std::optional<int> words) const {
  const FittedTask& fitted = task(slot);
  for (int bin = bins - 1; bin >= 0; --bin) {
    if (bin_is_supported(*this, fitted, bin, words)) return bin;
  }
  return fullest_bin(fitted);
}

int Fitted::lowest_return(int slot, std::optional<int> words) const {
  const FittedTask& fitted = task(slot);
  for (int bin = 0; bin < bins; ++bin) {
    if (bin_is_supported(*this, fitted, bin, words)) return bin;
  }
  return fullest_bin(fitted);
}

std::optional<int> Fitted::return_from_text(int slot, const std::string& text, std::optional<int> words) const {
  if (text == "any") return std::nullopt;
  if (text == "top") return top_return(slot, words);
  if (text == "lowest") return lowest_return(slot, words);
  int bin = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bin);
  if (error != std::errc() || end != text.data() + text.size() || bin < 0 || bin >= bins) {
    throw user_error("no such return")
        .expected("top, lowest, any or 0 to " + std::to_string(bins - 1))
        .got(text)
        .hint("top asks for the best that the training data supports");
  }
  return bin;
}

bool Fitted::supports(const Command& command) const {
  if (command.words && (*command.words < 1 || *command.words > max_words)) return false;
  if (command.return_bin && (*command.return_bin < 0 || *command.return_bin >= bins)) return false;
  const Support& support = task(command.task_slot).support;
  return support.near(command.words, command.return_bin, rule.reach) >= rule.at_least;
}

Command Fitted::nearest_supported(const Command& command) const {
  Command best{command.task_slot, std::nullopt, std::nullopt};
  int best_distance = std::numeric_limits<int>::max();
  for (const auto& bin : choices(command.return_bin, 0, bins - 1)) {
    for (const auto& words : choices(command.words, 1, max_words)) {
      const Command candidate{command.task_slot, words, bin};
      const int d = distance(command, candidate);
      if (d > best_distance || !supports(candidate)) continue;
      if (d == best_distance && bin <= best.return_bin) continue;  // a tie goes to the higher return
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

void Fitted::check(const Command& command) const {
  if (supports(command)) return;
  const FittedTask& fitted = task(command.task_slot);
  const Command near = nearest_supported(command);
  throw user_error("the training data does not support this command: " + describe(fitted, command))
      .expected("at least " + std::to_string(rule.at_least) + " training records within " + std::to_string(rule.reach) +
                " words of it")
      .hint("the nearest supported command is " + describe(fitted, near));
}

int Fitted::default_words(int slot) const {
  const std::vector<double> counts = words_of_bin(task(slot), top_return(slot));
  double total = 0, sum = 0;
  for (double count : counts) total += count;
  for (std::size_t words = 1; words < counts.size(); ++words) {
    if ((sum += counts[words]) >= total / 2 && sum > 0) return static_cast<int>(words);
  }
  throw user_error("task '" + task(slot).name + "' has no training records").hint("tag data that holds this task");
}

int Fitted::draw_words(int slot, RandomStream& random) const {
  const int top = top_return(slot);
  std::vector<double> counts = words_of_bin(task(slot), top);
  bool any = false;
  for (std::size_t words = 1; words < counts.size(); ++words) {
    if (!supports({slot, static_cast<int>(words), top})) counts[words] = 0;
    any = any || counts[words] > 0;
  }
  return any ? static_cast<int>(random.weighted(counts)) : default_words(slot);
}

}  // namespace udrl::command

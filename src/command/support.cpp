// Which commands may be asked: the support in the training data, and defaults drawn from it. Not for: a user's words
// (asked.cpp), or returns (fitted.cpp).
#include <algorithm>
#include <limits>

#include "udrl/base/error.hpp"
#include "udrl/command/fitted.hpp"

namespace udrl::command {
namespace {

constexpr int words_per_return_step = 4;

std::string any_or(const std::optional<int>& value) { return value ? std::to_string(*value) : "any"; }

/// The bin asked of each return, the return's first; those that the command is too short to name are `any`.
using Bins = std::vector<std::optional<int>>;
Bins bins_asked(const Fitted& fitted, const Command& command) {
  Bins bins{command.return_bin};
  bins.insert(bins.end(), command.auxiliary.begin(), command.auxiliary.end());
  bins.resize(static_cast<std::size_t>(fitted.returns()));
  return bins;
}

Command with_bins(int task_index, std::optional<int> words, const Bins& bins) {
  return {task_index, words, bins.front(), {bins.begin() + 1, bins.end()}};
}

int steps_between(const std::optional<int>& a, const std::optional<int>& b) { return a && b ? std::abs(*a - *b) : 0; }

/// All values a dimension can take: those of the command's kind (given or any).
Bins choices(const std::optional<int>& asked, int low, int high) {
  if (!asked) return {std::nullopt};
  Bins values;
  for (int value = low; value <= high; ++value) values.emplace_back(value);
  return values;
}

/// Every combination of bins for the returns that `asked` gives a number.
std::vector<Bins> combinations(const Bins& asked, int bins) {
  std::vector<Bins> all{{}};
  for (const auto& one : asked) {
    std::vector<Bins> longer;
    for (const Bins& begun : all) {
      for (const auto& value : choices(one, 0, bins - 1)) {
        longer.push_back(begun);
        longer.back().push_back(value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

/// Training records, of any length, with these bins.
std::uint64_t joint_count(const FittedTask& task, const Bins& asked) {
  std::uint64_t sum = 0;
  for (const auto& [bins, count] : task.joint) {
    bool same = true;
    for (std::size_t i = 0; i < asked.size(); ++i) same = same && (!asked[i] || *asked[i] == bins.at(i));
    sum += same ? count : 0;
  }
  return sum;
}

/// How often each number of words occurs in a bin; index is words.
std::vector<double> words_of_bin(const FittedTask& task, int bin) {
  std::vector<double> counts(max_words + 1, 0.0);
  for (int words = 1; words <= max_words; ++words) {
    counts[static_cast<std::size_t>(words)] = static_cast<double>(task.support.count(words, bin));
  }
  return counts;
}

/// Each return by itself, at this length.
bool each_is_supported(const Fitted& fitted, const Command& command) {
  if (command.words && (*command.words < 1 || *command.words > max_words)) return false;
  const FittedTask& task = fitted.task(command.task_index);
  const Bins asked = bins_asked(fitted, command);
  for (int which = 0; which < fitted.returns(); ++which) {
    const auto& bin = asked[static_cast<std::size_t>(which)];
    if (bin && (*bin < 0 || *bin >= fitted.bins)) return false;
    if (task.of(which).support.near(command.words, bin, fitted.rule.reach) < fitted.rule.at_least) return false;
  }
  return true;
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

bool Fitted::supports(const Command& command) const {
  if (!each_is_supported(*this, command)) return false;
  return auxiliary.empty() || joint_count(task(command.task_index), bins_asked(*this, command)) >= rule.at_least;
}

Command Fitted::nearest_supported(const Command& command) const {
  const Bins asked = bins_asked(*this, command);
  if (supports(command)) return with_bins(command.task_index, command.words, asked);
  Command best = with_bins(command.task_index, std::nullopt, Bins(asked.size()));
  int best_distance = std::numeric_limits<int>::max();
  for (const Bins& bins_here : combinations(asked, bins)) {
    int steps = 0;
    for (std::size_t i = 0; i < asked.size(); ++i) steps += steps_between(asked[i], bins_here[i]);
    for (const auto& words : choices(command.words, 1, max_words)) {
      const int distance = words_per_return_step * steps + steps_between(command.words, words);
      if (distance > best_distance) continue;
      const Command candidate = with_bins(command.task_index, words, bins_here);
      const bool tie = distance == best_distance;  // it goes to the higher return, the first one's before the others'
      if (!supports(candidate) || (tie && bins_here <= bins_asked(*this, best))) continue;
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string Fitted::describe(const Command& command) const {
  std::string text = "task " + task(command.task_index).name + ", words " + any_or(command.words) + ", return " +
                     any_or(command.return_bin);
  for (std::size_t i = 0; i < command.auxiliary.size(); ++i)
    text += ", " + auxiliary.at(i).name + " " + any_or(command.auxiliary[i]);
  return text;
}

bool Fitted::supports_any(int task_index) const {
  return supports({task_index, std::nullopt, std::nullopt, Bins(auxiliary.size())});
}

std::string Fitted::unsupported_tasks() const {
  std::string names;
  for (std::size_t task_index = 0; task_index < tasks.size(); ++task_index)
    if (!supports_any(static_cast<int>(task_index))) names += (names.empty() ? "" : ", ") + tasks[task_index].name;
  return names;
}

void Fitted::check(const Command& command) const {
  if (supports(command)) return;
  if (!supports_any(command.task_index)) {
    throw user_error("the training data supports no command of the task " + task(command.task_index).name)
        .expected("at least " + std::to_string(rule.at_least) + " training records")
        .got(std::to_string(task(command.task_index).support.near(std::nullopt, std::nullopt, 0)))
        .hint("train on more samples, or lower support.at_least of udrl-distill tag");
  }
  const Command near = nearest_supported(command);
  const std::string records = "at least " + std::to_string(rule.at_least) + " training records ";
  throw user_error("the training data does not support this command: " + describe(command))
      .expected(records + (each_is_supported(*this, command)
                               ? "that have these returns together, of any length"
                               : "of each return within " + std::to_string(rule.reach) + " words of it"))
      .hint("the nearest supported command is " + describe(near) + ": ask for it, or let --nearest do so");
}

int Fitted::default_words(int task_index) const {
  const std::vector<double> counts = words_of_bin(task(task_index), top_return(task_index));
  double total = 0, sum = 0;
  for (double count : counts) total += count;
  for (std::size_t words = 1; words < counts.size(); ++words) {
    if ((sum += counts[words]) >= total / 2 && sum > 0) return static_cast<int>(words);
  }
  throw user_error("task '" + task(task_index).name + "' has no training records")
      .hint("tag data that holds this task");
}

int Fitted::draw_words(int task_index, RandomStream& random) const {
  const int top = top_return(task_index);
  std::vector<double> counts = words_of_bin(task(task_index), top);
  bool any = false;
  for (std::size_t words = 1; words < counts.size(); ++words) {
    if (!supports({task_index, static_cast<int>(words), top, {}})) counts[words] = 0;
    any = any || counts[words] > 0;
  }
  return any ? static_cast<int>(random.weighted(counts)) : default_words(task_index);
}

}  // namespace udrl::command

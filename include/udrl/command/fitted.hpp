// commands.json: everything that `tag` fitted on the training split, and that goes with the data and the checkpoint:
// what a return is, and which commands the data supports. Not for: how it is fitted (distill/tag.hpp), or the spelling
// of commands (schema.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "udrl/base/enum_names.hpp"
#include "udrl/base/random.hpp"
#include "udrl/command/schema.hpp"

namespace udrl::command {

/// Raised when commands.json changes its meaning; `load` refuses another one.
inline constexpr int fitted_version = 2;

/// advantage: rank within (intent, task); global: rank within the task.
enum class ReturnKind { advantage, global };
constexpr auto names_of(ReturnKind) { return enum_names("advantage", "global"); }

struct Moments {
  double mean = 0;
  double deviation = 0;  ///< population; 0 where all values are equal, and z is then 0
  double z(double value) const { return deviation > 0 ? (value - mean) / deviation : 0.0; }
};

/// How many training records have each (words, return bin).
class Support {
 public:
  explicit Support(int bins = 0) : bins_(bins), counts_(static_cast<std::size_t>((max_words + 1) * bins)) {}
  int bins() const { return bins_; }
  /// words in 1 … max_words, bin in 0 … bins-1.
  void add(int words, int bin, std::uint64_t n = 1) { counts_[index(words, bin)] += n; }
  std::uint64_t count(int words, int bin) const { return counts_[index(words, bin)]; }
  std::uint64_t total(int bin) const;
  /// Records within `reach` words of `words`; absent stands for all words, or all bins.
  std::uint64_t near(std::optional<int> words, std::optional<int> bin, int reach) const;
  bool operator==(const Support&) const = default;

 private:
  std::size_t index(int words, int bin) const { return static_cast<std::size_t>(words * bins_ + bin); }
  int bins_;
  std::vector<std::uint64_t> counts_;
};

/// What was fitted for one return of one task.
struct FittedReturn {
  double length_slope = 0;  ///< of the mean z on words
  double length_intercept = 0;
  std::vector<double> quantiles;  ///< of the real return: 0 %, 1 %, … 100 %
  std::vector<double> edges;      ///< global: the lowest return of bins 1, 2, …; advantage: empty
  double spread_within = 0;       ///< standard deviation of the real return within an intent, pooled
  Support support;
};

/// What was fitted for one task: the return itself, and those asked beside it.
struct FittedTask : FittedReturn {
  std::string name;
  std::map<std::string, Moments> scorers;  ///< of each scorer with a weight, and of `copying`
  std::vector<FittedReturn> auxiliary;     ///< in the order of `Fitted::auxiliary`
  /// Training records by their bins (the return's, then the auxiliary ones'). Empty where there is one return only.
  std::map<std::vector<int>, std::uint64_t> joint;

  /// 0: the return; 1 …: the auxiliary ones.
  const FittedReturn& of(int which) const {
    return which == 0 ? *this : auxiliary.at(static_cast<std::size_t>(which) - 1);
  }
  FittedReturn& of(int which) { return which == 0 ? *this : auxiliary.at(static_cast<std::size_t>(which) - 1); }
};

/// A return that is asked for beside the return, by the name of its scorer.
struct AuxiliaryReturn {
  std::string name;
  double weight = 1;  ///< 1, or -1 where less is better
  bool operator==(const AuxiliaryReturn&) const = default;
};

/// What `check` asks of the data.
struct SupportRule {
  std::uint64_t at_least = 8;       ///< training records
  int reach = 2;                    ///< counted over words ± reach
  std::uint64_t top_at_least = 30;  ///< records that a bin needs to be the top (or lowest) one, all words together
};

/// commands.json. Tasks are in the order of their index. All functions that take an index or a name throw `Error`
/// (user) for one that does not exist.
struct Fitted {
  int normalisation_version = 0;
  ReturnKind kind = ReturnKind::advantage;
  int bins = 0;
  std::map<std::string, double> weights;  ///< scorer → weight
  double copying_penalty = 0;
  std::vector<AuxiliaryReturn> auxiliary;
  bool countdown = false;  ///< the student writes ⟨left:k⟩ (set by training, not by tag)
  bool mentions = false;   ///< the student was told words to mention (set by training too)
  SupportRule rule;
  std::vector<FittedTask> tasks;

  int index_of(const std::string& task) const;
  const FittedTask& task(int task_index) const;
  const FittedTask& task(const std::string& name) const { return task(index_of(name)); }

  /// 1 + the number of auxiliary returns. Wherever one is named by `which`, 0 is the return and 1 … the auxiliary ones.
  int returns() const { return 1 + static_cast<int>(auxiliary.size()); }

  /// The return: mean z of the weighted scorers, less what its length explains, less the penalty times z of `copying`.
  /// An auxiliary one: weight times z of its scorer, less what its length explains. A score that is missing or not
  /// finite is an `Error` (user).
  double real_return(const FittedTask& task, const std::map<std::string, double>& scores, int words,
                     int which = 0) const;
  /// Share of the training returns of the task that lie below, 0 … 1, by the quantiles.
  double percentile(const FittedReturn& fit, double real_return) const;
  /// The bin of a return in a global ranking: by the edges where there are, else by the percentile.
  int bin_of(const FittedReturn& fit, double real_return) const;

  /// The highest and lowest bin that the data supports, for these words where given; of all lengths where it supports
  /// none at that one.
  int top_return(int task_index, std::optional<int> words = {}, int which = 0) const;
  int lowest_return(int task_index, std::optional<int> words = {}, int which = 0) const;
  /// The command for returns in a user's words: "top", "lowest", "any" or a number; then, where the data has auxiliary
  /// returns, "+name=" and the same for each that is asked: "top+novelty=3". Those not named are `any`. The top of a
  /// auxiliary return is the highest that the data supports together with those named before it. Numbers are not
  /// checked against the support.
  Command command(int task_index, std::optional<int> words, const std::string& returns) const;

  /// What a user should know of the `command` that was made of `returns`: where a `top` is lower, or a `lowest` higher,
  /// than the data supports elsewhere. "" where there is nothing to say.
  std::string remark(Command command, const std::string& returns) const;
  /// "task image, words 18, return 4"
  std::string describe(const Command& command) const;

  bool supports(const Command& command) const;
  /// Whether any command of the task is supported: none is where it has too few training records.
  bool supports_any(int task_index) const;
  /// Names of the tasks of which no command is supported, "" if there are none: worth a warning as soon as it is known.
  std::string unsupported_tasks() const;
  /// Throws `Error` (user) that names the nearest supported command.
  void check(const Command& command) const;
  /// The supported command nearest to `command`: a step of return counts as much as four words.
  Command nearest_supported(const Command& command) const;

  /// Lengths of the training records in the top bin: their median, and one drawn as often as it occurs.
  int default_words(int task_index) const;
  int draw_words(int task_index, RandomStream& random) const;
};

/// Share of `draws` below `value`, ties counting half; nothing where there are fewer than 5 draws.
std::optional<double> percentile_among(std::span<const double> draws, double value);
/// 101 quantiles by linear interpolation (numpy's default) of n values, 1 or more, that come in ascending order.
class Quantiles101 {
 public:
  explicit Quantiles101(std::uint64_t n) : n_(n) {}
  void add(double value);
  const std::vector<double>& quantiles() const { return quantiles_; }

 private:
  std::uint64_t n_, seen_ = 0;
  double before_ = 0;  ///< the value before
  std::vector<double> quantiles_;
};
/// The same of values in any order.
std::vector<double> quantiles_101(std::vector<double> values);

nlohmann::json to_json(const Fitted& fitted);
/// Throws `Error` (user): another version, a missing field, a wrong type.
Fitted fitted_from_json(const nlohmann::json& json);
/// Whole or not at all.
void save(const Fitted& fitted, const std::filesystem::path& file);
Fitted load(const std::filesystem::path& file);

}  // namespace udrl::command

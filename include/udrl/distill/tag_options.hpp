// What "udrl-distill tag" can be told. Not for: what is done with it (tag.hpp).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/near_duplicates.hpp"
#include "udrl/data/splits.hpp"

namespace udrl::distill {

/// A score that tag computes itself, of counted words: how unusual an answer's phrases are (docs/method.md). No model
/// and no scorer of evaluation has a part in it. All others stand in the records.
inline constexpr const char* rarity_score = "rarity";

/// Which of the training records stay, and what is done to their returns: the ablations that UDRL is compared with
/// (docs/method.md). Held-out parts are never touched.
struct AblationOptions {
  int keep_best = 0;             ///< so many answers of each intent and task, by return; 0: all (best-of-n SFT: 1)
  double keep_share = 1;         ///< this share of each task's records, by return (top-20% SFT: 0.2)
  bool shuffle_returns = false;  ///< placebo: bins are dealt out anew, within what they were ranked in
  std::map<std::string, double>
      mix;  ///< task = weight: records are left out until the tasks stand so; empty: as they are
};

/// Which tasks are tagged, and how they are numbered.
struct TaskChoice {
  std::vector<std::string> names;  ///< the order of their index; those not named follow by name
  bool only = false;               ///< leave out tasks that `names` does not name: one student a task
};

/// Texts that are nearly the same.
struct NearTextOptions {
  bool drop_samples = true;   ///< of answers that are nearly the same the first stays
  bool drop_held_out = true;  ///< no training text is nearly one that is held out
  data::NearOptions likeness;

  bool any() const { return drop_samples || drop_held_out; }
};

/// What is read, and what of it is left out or held out before there are returns.
struct PoolOptions {
  std::vector<std::string> input;  ///< scored folders, pooled
  TaskChoice tasks;
  data::SplitOptions split;
  NearTextOptions near;
  bool skip_bad = false;
  bool partial = false;  ///< although shares of a synthesis are missing or not finished
};

/// What can be asked for, and the scores that it is made of.
struct ReturnOptions {
  int bins = 5;
  command::ReturnKind kind = command::ReturnKind::advantage;
  std::map<std::string, double> weights = {{"relevance", 0.5}, {"relevance_masked", 0.5}};
  double copying_penalty = 0.25;  ///< standard deviations of return for one of copying; naming the subject copies too
  /// Scorers that can be asked for beside the return, each by its name; "-repetition": less is better. At most
  /// command::max_auxiliary.
  std::vector<std::string> auxiliary;
  std::vector<std::string> held_out_scorers;  ///< kept for evaluation: none of them may have a weight
  bool force_held_out = false;                ///< they may
  command::SupportRule support;
};

struct TagOptions {
  std::filesystem::path out;
  PoolOptions pool;
  ReturnOptions returns;
  AblationOptions ablation;
};

void declare(OptionSet& set, TagOptions& options);

}  // namespace udrl::distill

// Gates: can a scorer tell the intent that an answer was written for from another one? Answers are scored again against
// other intents. For: the doctor, and evaluation, as a figure. Not for: what a scorer's word is worth (damage.hpp), or
// agreement between scorers (grouped.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/observer.hpp"
#include "udrl/score/resources.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::score {

/// An answer to be scored again, with its own intent.
struct GateAnswer {
  data::Intent intent;
  std::string text;
  std::size_t task = 0, subject = 0;  ///< numbers
  /// Texts that say nothing beyond the intent, one of each kind (damage.hpp).
  std::vector<std::string> content_free = {};
};

struct GateAnswers {
  std::vector<GateAnswer> answers;
  std::vector<std::string> tasks;
  std::size_t subjects = 0;
};

/// What one scorer makes of true, shuffled and swapped intents.
struct Gate {
  std::string scorer;
  std::string why_not;                      ///< why it could not be scored again; "" where it was
  std::size_t answers = 0;                  ///< scored against their own and a shuffled intent
  Estimate shuffled;                        ///< AUC within a task, mean over tasks
  std::map<std::string, double> by_task;    ///< AUC
  std::map<std::string, Estimate> swapped;  ///< by attribute: share in which the true intent wins, ties half
  std::map<std::string, std::size_t> swapped_pairs;
  std::map<std::string, std::vector<double>> values;  ///< "true", "shuffled", and by attribute: to draw
  std::vector<double> own;                            ///< of each answer against its intent, as the scorer is used
};

struct GateOptions {
  std::vector<std::string> scorers;
  int resamples = 1000;  ///< of the bootstrap over subjects
  std::uint64_t seed = 1;
};

/// Why answers cannot be scored again with this value: a value that no scorer of this build makes, one that compares
/// with no single intent, a model that is missing. "" where they can.
std::string why_not_again(const std::string& value, const Resources& resources);

/// The intent with `from` replaced by `to` where it first stands as whole words; "" where it does not.
std::string swapped_text(std::string_view intent, std::string_view from, std::string_view to);

/// Of each scorer, with the reason where the resources do not suffice. A scorer that masks takes its own intent's words
/// out of the answer; so that the true intent does not meet a holey answer and the other a whole one, both meet it
/// without the words of either.
std::vector<Gate> measure_gates(const GateAnswers& answers, const GateOptions& options, const Resources& resources,
                                Observer& observer);

}  // namespace udrl::score

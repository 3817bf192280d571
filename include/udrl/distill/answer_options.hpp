// What "udrl-distill answer" can be told. Not for: what is done with it (answer.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/inference/decoding.hpp"
#include "udrl/inference/quick.hpp"

namespace udrl::distill {

struct AnswerOptions {
  std::filesystem::path student;  ///< checkpoint folder
  std::string name;               ///< the records' `teacher`; default: the folder's name
  std::filesystem::path intents;  ///< intents, or records of any stage, whose distinct intents are asked
  std::filesystem::path tasks_folder = "data/tasks";
  std::vector<std::string> tasks;  ///< names; empty: all that the student knows
  std::filesystem::path out;
  std::vector<std::string> returns = {"top"};  ///< "top", "lowest", "any" or numbers: each is asked of every draw
  std::string words = "sampled";  ///< a number, "any", "auto" (the usual), "sampled" (as the best were long)
  bool nearest = false;  ///< where the data does not support a command that `words` gives: ask the nearest that it does
  std::string mention = "auto";  ///< as `inference::Ask::mention`
  int draws = 1;                 ///< answers an intent, task and return
  double temperature = inference::usual::temperature;
  double spelling_temperature = inference::usual::spelling_temperature;
  double top_p = inference::usual::top_p;
  double repeat_penalty = inference::usual::repeat_penalty;
  double opening_temperature = 0;  ///< as `lm::Sampling` has it
  std::uint64_t limit = 0;         ///< only the first so many intents, by the hash of their id; 0: all
  std::uint64_t seed = 1;
  inference::Pace pace;  ///< of the student
};

void declare(OptionSet& set, AnswerOptions& options);

}  // namespace udrl::distill

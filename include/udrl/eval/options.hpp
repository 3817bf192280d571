// What an evaluation is asked to do. Not for: the systems files (systems.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/inference/decoding.hpp"
#include "udrl/inference/ranker.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::eval {

/// How the student's tokens are drawn.
struct Decoding {
  double temperature = inference::usual::temperature;
  double spelling_temperature = inference::usual::spelling_temperature;
  std::vector<double> temperatures;  ///< other ones, of the first return: the curve of relevance against diversity
  double top_p = inference::usual::top_p;
  double repeat_penalty = inference::usual::repeat_penalty;
  std::string mention = "auto";  ///< words that answers are to hold, as `inference::Ask::mention`
  int max_tokens = 0;            ///< 0: what the words asked need, with room to spare
  int best_of = 1;               ///< more: one more row, the best of so many answers to the first return
  inference::RankBy rank_by = inference::RankBy::automatic;  ///< what chooses it; not likelihood
  /// Of the answers that the critic chooses from, instead of `temperature`; and of how they begin.
  double draft_temperature = inference::usual::draft_temperature;
  double draft_opening_temperature = inference::usual::draft_opening_temperature;
};

/// Who is asked, and how.
struct SystemsOptions {
  std::filesystem::path student;                         ///< checkpoint folder with student.gguf and commands.json
  std::vector<std::string> student_seeds;                ///< the same recipe, trained with other seeds
  std::filesystem::path tagged;                          ///< the data it was trained on
  std::vector<std::string> returns = {"top", "lowest"};  ///< a row each; the first is the primary one
  std::vector<std::string> files;                        ///< TOML; the first that is no student is the teacher
  int draws = 1;               ///< answers of each sampled row to a case: replicates for the bootstrap
  bool teacher_alone = false;  ///< of `files` the teacher, greedy and sampled, and nothing else
  bool second_draw = true;     ///< ask the sampled teacher once more: a control that must PASS
  Decoding decoding;
};

/// What is asked. Intents are those of `tagged`, each asked for every task.
struct TestOptions {
  std::string split = "test";      ///< or "valid": choices are made on it, and the test set stays closed
  int intents = 100;               ///< of it
  std::vector<std::string> parts;  ///< other splits, reported apart: test_groups, test_formats, …
  int part_intents = 50;           ///< of each of them
  std::filesystem::path tasks_folder = "data/tasks";
  std::vector<std::string> tasks;  ///< none: those the student was trained on
  std::size_t most_tasks = 0;      ///< of these, those with the longest answers; 0: all. Named ones are all asked for
};

/// Who says how relevant an answer is.
struct ScorersOptions {
  lm::ModelOptions embedder;         ///< scores relevance; usually the one that made the labels
  lm::ModelOptions second_embedder;  ///< one that made none; may be left out
  lm::ModelOptions pmi;              ///< a causal model that scores PMI, and reads fluency; may be left out
  lm::ModelOptions question;         ///< a chat model that is asked whether an answer serves; may be left out
  int gate_answers = 100;            ///< of the reference and a task: damaged, and scored against other intents too
};

/// A chat model that compares answers; may be left out.
struct JudgeOptions {
  lm::ModelOptions model;
  int cases = 200;  ///< shown to it in both orders
};

struct CostOptions {
  int latency_requests = 24;
  std::vector<int> clients = {8};  ///< at once, besides one alone: latency and throughput of each number
};

struct VerdictOptions {
  std::string reference;  ///< row the primary comparison is measured against; "": the teacher's greedy row
  int resamples = 10'000;
  double margin = 0.95;            ///< of the reference's relevance, in each half, and of the sampled teacher's fluency
  double diversity_margin = 0.94;  ///< the share of the sampled teacher's diversity
  int diversity_words = 12;
};

struct EvalOptions {
  std::filesystem::path out;
  std::uint64_t seed = 1;
  bool quick = false;  ///< see `quickened`
  int slots = 32;
  int shown = 40;  ///< answers side by side in the report
  SystemsOptions systems;
  TestOptions test;
  ScorersOptions scorers;
  JudgeOptions judge;
  CostOptions costs;
  VerdictOptions verdict;
};

void declare(OptionSet& set, EvalOptions& options);
/// A first look in minutes: at most 60 intents, the teacher and the student's first row, the held-out scorers that need
/// no chat model, no judge, no second draw. Its answers and values are those of the whole evaluation, which goes on
/// from them in the same folder.
EvalOptions quickened(EvalOptions options);
/// What udrl-eval's other uses have in common with it (certify.hpp).
void declare_scorers(OptionSet& set, ScorersOptions& options);
void declare_decoding(OptionSet& set, Decoding& options);
/// What may choose the best of a student's answers. Its likelihood may not: it chooses what is common.
std::vector<std::string> ranker_names();

}  // namespace udrl::eval

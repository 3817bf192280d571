// What an evaluation is asked to do. Not for: the systems files (systems.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::eval {

/// How the student's tokens are drawn.
struct Decoding {
  double temperature = 0.7;
  std::vector<double> temperatures;  ///< other ones, of the first return: the curve of relevance against diversity
  double top_p = 0.95;
  double repeat_penalty = 1.1;  ///< as the teachers' own
  int max_tokens = 0;           ///< 0: what the words asked need, with room to spare
  int best_of = 1;              ///< more: one more row, the best of so many answers to the first return
};

struct EvalOptions {
  std::filesystem::path student;           ///< checkpoint folder with student.gguf and commands.json
  std::vector<std::string> student_seeds;  ///< the same recipe, trained with other seeds
  std::filesystem::path
      tagged;                  ///< the data it was trained on; `split` is used, `train` only to prove that it is apart
  std::string split = "test";  ///< or "valid": choices are made on it, and the test set stays closed
  std::vector<std::string> parts;  ///< other splits, reported apart: test_groups, test_formats, …
  int part_intents = 50;           ///< of each of them
  std::filesystem::path out;
  std::vector<std::string> returns = {"top", "lowest"};  ///< a row each; the first is the headline's
  std::vector<std::string> systems;                      ///< TOML files; the first that is no student is the teacher
  std::string reference;             ///< row the headline is measured against; "": the teacher's greedy row
  lm::ModelOptions embedder;         ///< scores relevance; usually the one that made the labels
  lm::ModelOptions second_embedder;  ///< one that made none; may be left out
  lm::ModelOptions pmi;              ///< a causal model that scores PMI; may be left out
  lm::ModelOptions judge;            ///< a chat model that compares answers; may be left out
  int judge_cases = 200;             ///< shown to it in both orders
  std::filesystem::path tasks_folder = "data/tasks";
  std::vector<std::string> tasks;
  int intents = 100;  ///< test intents; each is asked for every task
  std::uint64_t seed = 1;
  int draws = 1;  ///< answers of each sampled row to a case: replicates for the bootstrap
  Decoding decoding;
  int bootstrap_draws = 10'000;
  double margin = 0.95;  ///< the share of the reference's relevance that PASS asks for
  int diversity_words = 12;
  int latency_requests = 24;
  std::vector<int> clients = {8};  ///< at once, besides one alone: latency and throughput of each number
  int slots = 32;
  int gate_answers = 100;  ///< of the reference and a task, scored against other intents too
  int shown = 40;          ///< answers side by side in the report
};

void declare(OptionSet& set, EvalOptions& options);

}  // namespace udrl::eval

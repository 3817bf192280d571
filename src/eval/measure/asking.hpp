// Answers of all rows, from the cache or the models, with the costs of each system. Not for: how one request looks
// (open_system.hpp).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cost.hpp"
#include "prepared.hpp"
#include "systems/answers.hpp"
#include "udrl/base/tool.hpp"

namespace udrl::eval {

class Asking {
 public:
  /// All must outlive it.
  Asking(const EvalInputs& prepared, const EvalOptions& options, const RunContext& context)
      : prepared_(prepared), options_(options), context_(context) {}

  /// Asks for what is missing, system by system. Throws `stopped_error` when a stop is requested; all that was answered
  /// is kept.
  void run();
  /// One a case, in their order, of a row that was really asked (`asked_rows`).
  std::vector<SystemAnswer> answers(const Row& row) const;
  /// What endpoints left without an answer in this run.
  std::vector<FailedRequests> failures() const;
  /// The cases of intents that every row answered for every task. Throws `Error` (failure) where the main part
  /// has none.
  CaseSet answered_cases() const;
  /// Of the systems that are not replicates.
  const std::map<std::string, Cost>& costs() const { return costs_; }

 private:
  std::filesystem::path cost_file(const System& system) const {
    return options_.out / "costs" / (system.name + ".json");
  }
  void open_caches();
  Progress progress_of(const System& system) const;
  /// Rows that lack answers; with `critic` those that one reads, else the others.
  std::vector<Row> unanswered(const System& system, bool critic) const;
  void measure(const System& system);
  void ask(const System& system);
  void keep(const ServedBatch& batch, const System& system);
  /// Either all of them are read by the critic, or none.
  ServedBatch answer_rows(const System& system, const std::vector<Row>& rows);

  const EvalInputs& prepared_;
  const EvalOptions& options_;
  const RunContext& context_;
  std::map<std::string, AnswerCache> caches_;
  std::map<std::string, Cost> costs_;
};

}  // namespace udrl::eval

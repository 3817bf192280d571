// How a system is asked: an opened model and the request for a case. Not for: keeping the answers (answers.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cases.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/inference/heat.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/task/task.hpp"

namespace udrl::eval {

/// A system with its model open.
class OpenSystem {
 public:
  virtual ~OpenSystem() = default;
  virtual lm::LanguageModel& model() = 0;
  /// The request for a case; its id is the case's, its seed a function of (seed, row, case).
  virtual lm::Request request(const Row& row, const Case& c) const = 0;
  /// A row's cases of equal number share the beginning of their prompt: ask them one after another.
  virtual std::size_t prefix_group(const Row& row, const Case& c) const = 0;
  /// The return bin that the row asks for, where it asks for one.
  virtual std::optional<int> asked_return(const Row& row, const Case& c) const = 0;
  /// What it wrote, as it is kept: a model's as in synthesis, a student's as it is shown.
  virtual std::string kept(const Case& c, const std::string& written) const = 0;
  /// What its critic makes of an answer; nothing without one, or where it was opened without `OpenOptions::critic`.
  virtual std::optional<double> worth(const lm::Completion&) const { return std::nullopt; }
  /// What so many drafts of a case run in; null where all are written to their end.
  virtual std::shared_ptr<inference::Heat> heat(int) const { return nullptr; }
};

struct OpenOptions {
  int slots = 32;
  std::uint64_t seed = 1;
  lm::OpenFor whom = {};
  bool critic = false;  ///< a student is opened with its critic
};

/// `tasks` must outlive what is returned.
std::unique_ptr<OpenSystem> open_system(const System& system, const std::vector<task::Task>& tasks,
                                        const OpenOptions& options);

}  // namespace udrl::eval

// Which questions a teacher is asked, and in which order. Not for: asking them (synthesize.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "udrl/base/random.hpp"
#include "udrl/data/id_numbers.hpp"
#include "udrl/data/record.hpp"
#include "udrl/distill/synthesize_options.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/task/task.hpp"

namespace udrl::distill {

/// One few-shot subset of a task.
struct Subset {
  const task::Task* task;
  std::vector<task::Example> shots;
  std::vector<std::string> ids;
  std::size_t shared_segments;  ///< leading ones that all prompts of the subset have in common
};

/// The subsets of each task, in the order of the tasks, which must outlive them.
std::vector<std::vector<Subset>> make_subsets(const std::vector<task::Task>& tasks, const lm::LanguageModel& teacher,
                                              std::uint64_t seed);

/// A request still to be asked.
struct Planned {
  data::Record record;
  const Subset* subset;
};

/// Yields the requests block by block, within a block sorted by task and subset; leaves out what was answered.
class Plan {
 public:
  Plan(const SynthesizeOptions& options, std::vector<data::Intent> intents,
       const std::vector<std::vector<Subset>>& subsets, std::string teacher, data::IdNumbers answered);

  /// Answered ones included.
  std::uint64_t total() const;
  std::optional<Planned> next();

 private:
  void fill_block();
  std::size_t tasks_per_intent() const;
  std::vector<std::size_t> tasks_of(const data::Intent& intent) const;
  void add(const data::Intent& intent, const std::vector<Subset>& task_subsets, int draw);
  std::size_t choose_subset(const data::Record& record, std::size_t count, RandomStream& stream) const;

  const SynthesizeOptions& options_;
  std::vector<data::Intent> intents_;
  const std::vector<std::vector<Subset>>& subsets_;
  std::string teacher_;
  data::IdNumbers answered_;
  std::vector<Planned> block_;
  std::size_t position_ = 0;
  std::size_t next_intent_ = 0;
};

}  // namespace udrl::distill

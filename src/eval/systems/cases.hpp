// A case: one unseen intent for one task, with the words that students are asked for. All systems answer the same
// cases. They come in parts: the main one (subjects that training never saw), and those that show how far a student
// generalises. Not for: how a system is asked (open_system.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "udrl/command/fitted.hpp"
#include "udrl/data/record.hpp"

namespace udrl::eval {

struct Case {
  std::string id;  ///< content_id(intent, task)
  data::Intent intent;
  std::string task;
  std::size_t task_index = 0;
  int asked_words = 0;      ///< drawn from the lengths that training saw, never from the test set
  std::size_t part = 0;     ///< index into `CaseSet::parts`
  std::size_t cluster = 0;  ///< index of its subject in its part: what the bootstrap resamples
};

/// A split of the tagged data, or some of it.
struct Part {
  std::string name;                   ///< folder of the tagged data: test, test_groups, …
  std::vector<std::string> subjects;  ///< by cluster
  std::size_t intents = 0;
};

struct CaseSet {
  std::vector<Case> cases;  ///< part by part; an intent's tasks follow one another
  std::vector<Part> parts;  ///< the main one first
  std::vector<std::string> tasks;

  const Part& main() const { return parts.front(); }
};

/// Some of the cases: those of a part, and of one task or of all.
struct Slice {
  std::size_t part = 0;
  std::string task{};  ///< "": all

  bool holds(const Case& c) const { return c.part == part && (task.empty() || c.task == task); }
};

struct CaseOptions {
  std::size_t intents = 100;
  std::uint64_t seed = 1;
};

/// The intents of a split, each once, in order of id.
std::vector<data::Intent> read_split_intents(const std::filesystem::path& split_folder);
/// Deals intents subject by subject, so that as many subjects as possible are heard; asking for more intents keeps
/// those that fewer gave. An intent without a subject is its own.
std::vector<data::Intent> choose_intents(std::vector<data::Intent> intents, const CaseOptions& options);
/// Adds a part with a case for each intent and task. The set's tasks are those of `tasks`.
void add_part(CaseSet& set, const std::string& name, const std::vector<data::Intent>& intents,
              const command::Fitted& fitted, std::uint64_t seed);

/// The set without the intents of these cases (by id), all their tasks included, so that an intent's tasks still follow
/// one another; subjects of which nothing is left go too.
CaseSet without_intents_of(const CaseSet& set, const std::set<std::string>& cases);

/// For each case the case whose answer it is given in the `shuffled` control: same part and task, another subject, each
/// answer used once. Throws `Error` (user) where one subject has more than half of the cases.
std::vector<std::size_t> derangement(const CaseSet& set, std::uint64_t seed);

}  // namespace udrl::eval

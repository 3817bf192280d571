// What a page is told of a student: its tasks, what can be asked of each, and what was measured. Internal.
#pragma once

#include <string>

#include "udrl/data/fields.hpp"
#include "udrl/inference/student_model.hpp"

namespace udrl::serve {

/// How answers are chosen among drafts.
struct Choosing {
  bool ranks = false;       ///< by a critic or an embedder
  bool has_critic = false;  ///< which costs next to nothing
  int most_answers = 0;     ///< of one request
};

/// "top", and the same of each return that the student may be asked for beside it: "top+rarity=top".
std::string top_of_all(const command::Fitted& fitted);

/// The body of /v1/student: {"name", "parameters", "default_task", "ranks", "mentions" (words that it is told),
/// "proposes" (such words of its own), "best_of" (drafts of each task that a page may ask for; 0: it cannot choose
/// among them), "top" (`top_of_all`), "tasks": [{"name", "words": {"usual", "least", "most"}, "returns": {"lowest",
/// "top"}, "curve"}]}, of the tasks that the data supports.
data::OrderedJson student_facts(const inference::StudentModel& student, const std::string& name,
                                const std::string& default_task, const Choosing& choosing);

}  // namespace udrl::serve

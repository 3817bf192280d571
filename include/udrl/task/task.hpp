// A task as data: what the teacher is told, few-shot examples, limits on the answer. A user adds a task by adding a
// file. Not for: asking the teacher (synthesize.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "udrl/base/enum_names.hpp"
#include "udrl/data/record.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::task {

class JsonSchema;

struct Example {
  std::string id;  ///< content_id(intent, answer)
  std::string intent;
  std::string answer;
};

/// Where a task's examples stand: as turns of the chat, or as lines of the system message.
enum class ShotLayout { turns, list };
constexpr auto names_of(ShotLayout) { return enum_names("turns", "list"); }

struct Task {
  std::string name;
  std::string description;
  std::string instructions;  ///< the system message
  std::string rubric;        ///< what a judge goes by; made from the description where the file has none
  int max_tokens = 64;       ///< a longer answer is cut, and never a sample
  int min_words = 1;
  int max_words = data::longest_answer;
  int subsets = 4;  ///< seeded few-shot subsets
  int shots = 3;    ///< examples a subset
  std::vector<Example> examples;
  std::shared_ptr<const JsonSchema> schema;  ///< answers are JSON objects that it admits; nullptr: answers are text
  ShotLayout layout = ShotLayout::turns;
  std::vector<std::string> allow;  ///< rules of validity.hpp that do not hold for this task
  std::string sha256;              ///< of the file it was read from
};

/// Reads data/tasks/NAME.toml. Throws `Error` (user) naming file, key and what was expected.
Task load_task(const std::filesystem::path& file);
/// The tasks named, or every *.toml of the folder in order of name where `names` is empty.
std::vector<Task> load_tasks(const std::filesystem::path& folder, const std::vector<std::string>& names);

/// The few-shot subsets of a task: a function of (seed, task), each `shots` examples, spread so that every example is
/// used about equally often.
std::vector<std::vector<Example>> few_shot_subsets(const Task& task, std::uint64_t seed);

/// Instructions, examples in the task's layout, and the intent as the last user turn.
std::vector<lm::Message> teacher_messages(const Task& task, const std::vector<Example>& shots,
                                          const std::string& intent);

/// Sets where an answer to the task ends: text at its first line break, data behind its object.
void stop_where_answer_ends(const Task& task, lm::Sampling& sampling);

/// What a model wrote, as it is kept: normalised; an object over several lines, or behind "```json", on one line and
/// spaced as `{"a": [1, 2]}`.
std::string kept_answer(const Task& task, const std::string& written);

/// How many leading segments the prompts of all intents have in common, for `lm::Request::shared_segments`.
std::size_t shared_segments(const Task& task, const std::vector<Example>& shots, const lm::LanguageModel& model);

}  // namespace udrl::task

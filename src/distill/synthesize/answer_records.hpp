// Answers of a model as records: what stages that ask have in common. Not for: what is asked (synthesize.cpp,
// answer.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "udrl/base/observer.hpp"
#include "udrl/data/id_numbers.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/data/record.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/task/task.hpp"

namespace udrl::distill {

/// A question on its way, and the record that its answer completes.
struct PlannedAnswer {
  data::Record record;  ///< its id is the request's
  const task::Task* task;
  lm::Request request;
};

/// What a stage asks, and what it does with the answers beside writing them.
struct Asking {
  std::function<std::optional<PlannedAnswer>()> next;
  std::function<std::string(const lm::Completion& answer, const task::Task& task)> text_of;  ///< as it is to be kept
  std::function<void(const Progress& progress, const lm::Completion& answer)> answered;
  Observer& observer;  ///< is told of failures
};

/// Of intents with the same text the first: a question's id is of the text. Says how many others were left out.
std::vector<data::Intent> each_once(std::vector<data::Intent> intents, Observer& observer);

/// Asks until there are no more questions or a stop is requested, and appends one record an answer to `out`: an answer
/// that is no sample has the finish `rejected`, with the rule in `rejected_by`. A request that an endpoint failed
/// leaves no record: it is counted by its cause in failures.json (endpoint/ledger.hpp), and asked again by the next
/// run. Counts outcomes in the manifest, and writes it, complete if all of `progress` (which begins with what was
/// answered before) is done. Throws `Error` (failure) after that if requests failed, and what the model throws.
lm::Throughput ask_all(lm::LanguageModel& model, const Asking& asking, data::OutputFolder& out, Progress& progress);

/// Ids of what earlier runs wrote (a torn last line is repaired). The manifest's counts become those of their outcomes;
/// what stands twice counts once, as it stands first. Failures that older versions wrote as records of finish `error`
/// are not answers.
data::IdNumbers read_answered(data::OutputFolder& out);

/// Throws `Error` (failure) where of all answers that were counted none is a sample: a later stage would blame its
/// input.
void require_samples(const data::Manifest& manifest, const std::filesystem::path& folder);

}  // namespace udrl::distill

// Answers kept in a folder, so that a pipe of a million asks goes on where it was stopped. Not for: answers that become
// training data (distill/answer.hpp).
#pragma once

#include <cstdint>
#include <filesystem>

#include "udrl/base/tool.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/inference/answers.hpp"

namespace udrl::inference {

/// Shards of `answer_line`s, each with the id of its whole `ask`, in the order of the asks. What the asks are read from
/// is no part of the manifest: more may come later, and a pipe can be piped again. Those that were answered are read
/// past, and must be the same.
class AnswerFolder {
 public:
  /// Of `per_ask` answers each. Throws `Error` (user) where the folder is another run's, or in use.
  AnswerFolder(const std::filesystem::path& folder, const StudentModel& student, std::uint64_t seed, int per_ask,
               const RunContext& context);

  /// Answers that are there, of earlier runs (once `remaining` has read them) and this one.
  std::uint64_t answers() const { return kept_ + written_; }
  /// The asks without an answer, of all of them. Throws `Error` (user) where an ask is not the one that was answered in
  /// its place.
  AskStream remaining(AskStream asks);
  /// The next answer in order. Those of an ask that was answered in part are asked once more, and not kept twice.
  void take(const Answer& answer, const command::Fitted& fitted);
  void finish();

 private:
  data::OutputFolder folder_;
  std::uint64_t per_ask_, kept_ = 0, again_ = 0, written_ = 0;
  data::ShardWriter writer_;
};

}  // namespace udrl::inference

// Answers of the student's own that were judged, as batches of whole requests: what its critic learns from while it
// trains. Internal; no torch. Not for: what is learned from a batch (optim/trainer.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "batches.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/student/tokenizer.hpp"

namespace udrl::train {

/// One forward pass over all answers to some requests; those to one intent and task say which of them is better.
struct JudgedBatch {
  MicroBatch answers;                  ///< positions and targets of the answers' tokens, without </s>
  std::vector<std::int64_t> requests;  ///< of each row, counted from 0
  std::vector<double> returns;         ///< of each row, less its request's mean; of deviation 1 over all batches
};

struct JudgedSource {
  const std::filesystem::path& tagged;  ///< of udrl-distill tag: the student's own answers
  const command::Fitted& fitted;
  const student::Tokenizer& tokenizer;
  int longest = 0;       ///< sequences longer than this are left out
  int micro_tokens = 0;  ///< positions of a batch, about: a request is never cut
  std::uint64_t seed = 0;
};

class JudgedAnswers {
 public:
  /// Leaves out the intents by which a critic is measured (student::is_held_out). Throws `Error` (user) where no
  /// request has two answers with different returns.
  explicit JudgedAnswers(const JudgedSource& source);

  /// Of a step, counted from 0: each batch once a pass, in another order each pass; a function of (seed, step).
  const JudgedBatch& of_step(std::uint64_t step) const;

  std::size_t answers() const { return answers_; }
  std::size_t requests() const { return requests_; }
  std::size_t batches() const { return batches_.size(); }

 private:
  std::vector<JudgedBatch> batches_;
  std::size_t answers_ = 0, requests_ = 0;
  std::uint64_t seed_;
};

}  // namespace udrl::train

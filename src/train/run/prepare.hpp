// What a run needs before its first step: data, tokenizer, output folder, batches. Internal; no torch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/batches.hpp"
#include "data/judged.hpp"
#include "data/samples.hpp"
#include "data/token_store.hpp"
#include "initial.hpp"
#include "plain_phase.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/student/config.hpp"
#include "udrl/student/critic.hpp"
#include "udrl/student/gguf_export.hpp"
#include "udrl/student/ideas.hpp"
#include "udrl/student/tokenizer.hpp"
#include "udrl/student/transformers_folder.hpp"
#include "udrl/train/options.hpp"
#include "udrl/train/train.hpp"

namespace udrl::train {

/// The output folder, new or of an earlier run of the same options.
data::OutputFolder open_checkpoint_folder(const TrainOptions& options, const RunContext& context);

class Preparation {
 public:
  /// Takes the tokenizer of the output folder or of the initial model, or trains one; tokenizes the data or takes what
  /// is there; counts an epoch. `manifest` is the output folder's: reading all of the data for its hashes once is
  /// enough. Of several processes only the first `writes`; the others find its files.
  Preparation(const TrainOptions& options, const data::Manifest& manifest, bool writes, Observer& observer);

  const TokenStore& store() const { return *store_; }
  std::string example() const;  ///< an intent of the training split
  const command::Fitted& fitted() const { return fitted_; }
  const student::Tokenizer& tokenizer() const { return *tokenizer_; }
  const student::StudentConfig& model() const { return model_; }
  /// Of the steps that come after so many.
  const BatchSource& source(std::uint64_t steps) const { return steps < plain_steps() ? plain_->source : source_; }
  /// What errors call the record of a step, counted from 1.
  std::string record_name(std::uint64_t step, std::uint32_t record) const;
  const std::vector<MicroBatch>& valid() const { return valid_; }
  const std::vector<Sample>& valid_samples() const { return valid_samples_; }  ///< what `valid` was made of
  /// What a validation loss in nats a token is in bits a byte of the answers: the measure that runs with different
  /// tokenizers have in common. The end of an answer is paid for too.
  double bits_per_byte(double nats_a_token) const;
  const EpochCount& epoch() const { return epoch_; }
  std::uint64_t total_steps() const;
  /// The first ones, on plain text; 0 where there is no such phase.
  std::uint64_t plain_steps() const { return plain_ ? plain_->steps : 0; }
  const PlainPhase* plain() const { return plain_ ? &*plain_ : nullptr; }
  /// What the critic learns from in a step, so many steps after the first; null: nothing.
  const JudgedBatch* judged(std::uint64_t steps) const {
    return judged_ && steps >= plain_steps() ? &judged_->of_step(steps - plain_steps()) : nullptr;
  }
  const JudgedAnswers* judged_answers() const { return judged_ ? &*judged_ : nullptr; }
  /// By which they are judged: that of the student to start from.
  const student::Critic& critic() const { return *critic_; }
  /// Those whose distribution is learned beside the tokens; empty: none.
  const std::vector<student::TransformersFolder>& students() const { return students_; }
  /// Whether it is, so many steps after the first: plain text is nothing that they were asked for.
  bool distils(std::uint64_t steps) const { return !students_.empty() && steps >= plain_steps(); }
  /// Null where the weights begin fresh.
  const InitialModel* initial() const { return initial_ ? &*initial_ : nullptr; }
  /// What a student.gguf of this run says of itself.
  student::GgufOptions gguf_options() const;

 private:
  void take_ideas();
  void make_tokenizer();
  void open_store(const data::Manifest& manifest);
  void make_source();
  std::function<int(std::uint32_t record, std::uint64_t epoch)> copies() const;
  std::function<double(std::uint32_t record)> weights() const;
  void make_valid();
  void take_critic();
  /// Passes over the records that the run makes, about.
  double passes_to_make() const;

  const TrainOptions& options_;
  const bool writes_;
  Observer& observer_;
  command::Fitted fitted_;
  std::optional<WordList> words_;
  std::optional<student::Ideas> ideas_;
  std::optional<InitialModel> initial_;
  std::vector<student::TransformersFolder> students_;
  std::optional<student::Tokenizer> tokenizer_;
  student::StudentConfig model_;
  std::optional<TokenStore> store_;
  std::optional<SequenceMaker> make_sequence_;
  std::optional<PlainPhase> plain_;
  std::optional<student::Critic> critic_;
  std::optional<JudgedAnswers> judged_;
  BatchSource source_;
  std::vector<Sample> valid_samples_;
  std::vector<MicroBatch> valid_;
  double valid_targets_a_byte_ = 0;
  EpochCount epoch_;  ///< without swaps, cuts and countdown
  double passes_to_make_ = 1;
};

}  // namespace udrl::train

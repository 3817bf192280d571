// What a run needs before its first step: data, tokenizer, output folder, batches. Internal; no torch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "udrl/base/observer.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/student/config.hpp"
#include "udrl/student/tokenizer.hpp"
#include "udrl/train/batches.hpp"
#include "udrl/train/options.hpp"
#include "udrl/train/samples.hpp"
#include "udrl/train/train.hpp"

namespace udrl::train {

/// The manifest of the output folder, new or of an earlier run of the same options.
data::Manifest open_checkpoint_folder(const TrainOptions& options, const RunContext& context);

class Preparation {
 public:
  /// Reads the data, trains the tokenizer or takes the one in the output folder, and counts an epoch.
  Preparation(const TrainOptions& options, Observer& observer);

  const Corpus& corpus() const { return corpus_; }
  const command::Fitted& fitted() const { return fitted_; }
  const student::Tokenizer& tokenizer() const { return *tokenizer_; }
  const student::StudentConfig& model() const { return model_; }
  const BatchSource& source() const { return source_; }
  const std::vector<MicroBatch>& valid() const { return valid_; }
  const std::vector<Sample>& valid_samples() const { return valid_samples_; }  ///< what `valid` was made of
  const EpochCount& epoch() const { return epoch_; }
  std::uint64_t total_steps() const;

 private:
  void read_data();
  void make_tokenizer();
  void make_batches();
  Sequence sequence_of(std::uint32_t record, std::uint64_t epoch) const;

  const TrainOptions& options_;
  Observer& observer_;
  command::Fitted fitted_;
  Corpus corpus_;
  std::vector<Sample> valid_samples_;
  std::optional<WordList> words_;
  std::optional<student::Tokenizer> tokenizer_;
  student::StudentConfig model_;
  BatchSource source_;
  std::vector<MicroBatch> valid_;
  EpochCount epoch_;
};

}  // namespace udrl::train

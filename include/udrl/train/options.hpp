// Everything that udrl-train can be told, declared once. Not for: what is done with it (train.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/student/compute_choice.hpp"
#include "udrl/student/config.hpp"

namespace udrl::train {

using student::Device;

/// automatic: bf16 on CUDA and on processors with AVX512_BF16.
enum class Precision { automatic, fp32, bf16 };
constexpr auto names_of(Precision) { return enum_names("auto", "fp32", "bf16"); }

/// muon: for the matrices of the blocks, and adamw for the rest.
enum class OptimizerKind { muon, adamw };
constexpr auto names_of(OptimizerKind) { return enum_names("muon", "adamw"); }

/// wsd: warm up, stay, decay to zero; cosine: warm up, then half a cosine to zero.
enum class ScheduleKind { wsd, cosine };
constexpr auto names_of(ScheduleKind) { return enum_names("wsd", "cosine"); }

/// The shape of the student; the defaults have 5.8M parameters.
struct ModelOptions {
  int layers = 6;
  int width = 256;  ///< a multiple of heads
  int heads = 4;
  int context_length = 256;  ///< longest sequence in tokens; longer ones are left out and counted
  int vocab = 4096;          ///< pieces of the tokenizer that is trained
  double dropout = 0.0;
};

/// How records become sequences (design §3). Shares and probabilities are in [0, 1].
struct SequenceOptions {
  double any_words = 0.1;    ///< ⟨words:any⟩ stands in for the real figure
  double any_return = 0.1;   ///< ⟨return:any⟩ stands in for the real bin
  double segments = 0.15;    ///< records cut at a random word: type-ahead
  double entity_swap = 0.8;  ///< records with a word swapped in both intent and answer
  bool countdown = false;    ///< ⟨left:k⟩ every 8 words of an answer, written by the student itself
  std::filesystem::path entity_words =
      "data/words/nouns.txt";  ///< one noun or noun phrase a line; not read where entity_swap is 0
  double mention = 0;          ///< records told some of the answer's own words in hindsight, in ⟨mention⟩
  double mention_from = 0;     ///< share of the run's steps, about, before which none is told
  double swap_until = 1;       ///< share of the run's steps, about, after which nothing is swapped
  double reward_weight = 0;    ///< beta: a record weighs exp(beta · its return) in the loss, returns in [0, 1]; 0: off
};

/// A first phase on plain text, for those with little distilled data: the same loss on every token.
struct PlainOptions {
  std::filesystem::path data;  ///< text files (paragraphs are documents) or .jsonl with a field "text"; empty: none
  double epochs = 1;           ///< passes over it; ignored where steps is set
  int steps = 0;
};

struct BatchOptions {
  /// Positions an optimizer step: the whole number of forward passes that comes nearest, of different lengths.
  int step_tokens = 4096;
  int micro_tokens = 2048;  ///< positions a forward pass, padding included
  int lanes = 0;            ///< parts in which a step's gradients are added up; 0: a part a process at the run's begin
};

struct OptimizerOptions {
  OptimizerKind name = OptimizerKind::muon;
  double lr = 3e-3;           ///< of adamw
  double muon_lr = 0.02;      ///< of muon
  double weight_decay = 0.1;  ///< on matrices only
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double momentum = 0.95;  ///< of muon
  double clip = 1.0;       ///< largest norm of the gradient; 0: off
  double ema = 0.0;  ///< decay of the averaged weights that are evaluated and saved, at step n at most (1 + n) / (10 +
                     ///< n); 0: off
};

struct ScheduleOptions {
  ScheduleKind name = ScheduleKind::wsd;
  double warmup = 0.03;  ///< share of all steps
  double decay = 0.5;    ///< wsd: share of all steps
};

/// The critic learns on while the student does, from answers of the student's own.
struct CriticOptions {
  std::filesystem::path data;  ///< tagged/ of them; empty: none
  double weight = 1;           ///< of what the critic's reading leaves of the returns' variance, in the loss
};

/// Several students become one: beside each token is learned what they make of it.
struct DistillOptions {
  std::vector<std::string> from;  ///< checkpoint folders, of one tokenizer and the same commands; empty: none
  double share = 0.5;             ///< of their mean distribution in what is learned; the rest is the token's own
};

/// Nothing here changes a step; `patience` may make it the last one.
struct EarlyStoppingOptions {
  int patience = 0;      ///< evaluations without a lower validation loss that end the run; 0: off
  double min_delta = 0;  ///< what counts as lower, nats a token
};

struct DivergenceOptions {
  double deviations = 10;  ///< running standard deviations of the training loss above its mean that stop a run; 0: off
};

/// What card and files call the student; nothing that is learned.
struct CardOptions {
  std::string name = "udrl-student";
  std::string licence = "apache-2.0";  ///< an SPDX id in lower case
  std::string author;                  ///< "": not said
};

struct TrainOptions {
  std::filesystem::path data;   ///< tagged/: train/, valid/ and commands.json
  std::filesystem::path out;    ///< the checkpoint folder
  std::filesystem::path cache;  ///< of tokenized data, made once for all runs; empty: cache/ in the data folder
  std::filesystem::path ideas;  ///< what udrl-distill ideas made, to go with the student; empty: none
  std::filesystem::path init;   ///< a GPT-2 that transformers saved, to start from; empty: fresh weights
  std::uint64_t seed = 1;
  double epochs = 4;                           ///< over the training split; ignored where steps is set
  int steps = 0;                               ///< without those on plain text; 0: from epochs
  std::map<std::string, double> task_weights;  ///< how often a task's records stand in an epoch; once if not named
  Device device = Device::automatic;
  Precision precision = Precision::automatic;
  student::GemmChoice gemm_backend = student::GemmChoice::automatic;
  int valid_records = 512;            ///< the fixed part of valid/ that is evaluated
  int valid_every = 100;              ///< steps
  int save_every = 200;               ///< steps
  int keep_last = 1;                  ///< saved states; where above 1, the last ones in checkpoints/ too
  int sample_every = 100;             ///< steps between samples of what the student writes; 0: never
  std::filesystem::path tensorboard;  ///< a folder for this run alone; empty: no event file
  CardOptions card;
  ModelOptions model;
  PlainOptions plain;
  SequenceOptions sequence;
  BatchOptions batch;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  EarlyStoppingOptions early_stopping;
  DivergenceOptions divergence;
  CriticOptions critic;
  DistillOptions distill;
};

void declare(OptionSet& set, TrainOptions& options);
/// Throws `Error` (user) where options contradict each other.
void check(const TrainOptions& options);
/// The shape that `config.json` gets, with the vocabulary that the tokenizer has.
student::StudentConfig student_config(const ModelOptions& options, int vocab_size);
/// The folder of tokenized data.
std::filesystem::path cache_folder(const TrainOptions& options);

}  // namespace udrl::train

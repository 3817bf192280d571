// The declaration of every option of udrl-train, and the checks that one option alone cannot make.
#include "udrl/train/options.hpp"

#include "udrl/base/error.hpp"

namespace udrl::train {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

void declare_model(OptionSet& set, ModelOptions& o) {
  set.add("model.layers", o.layers, "transformer blocks").range(1, 200);
  set.add("model.width", o.width, "width of the residual stream, a multiple of heads").range(8, 16384);
  set.add("model.heads", o.heads, "attention heads").range(1, 256);
  set.add("model.context_length", o.context_length,
          "longest sequence in tokens; longer records are left out and counted, and one that a swap makes longer is "
          "left out of that epoch")
      .range(16, 65536);
  set.add("model.vocab", o.vocab, "pieces of the tokenizer").range(512, 65'536);
  set.add("model.dropout", o.dropout, "dropout of embeddings, attention and residuals").range(0, 0.9);
}

void declare_sequence(OptionSet& set, SequenceOptions& o) {
  set.add("sequence.any_words", o.any_words, "share of sequences whose words command is ⟨words:any⟩").range(0, 1);
  set.add("sequence.any_return", o.any_return,
          "share of sequences whose return command is ⟨return:any⟩; so too for each auxiliary one")
      .range(0, 1);
  set.add("sequence.segments", o.segments, "share of records cut at a random word (type-ahead)").range(0, 1);
  set.add("sequence.countdown", o.countdown,
          "the student writes ⟨left:k⟩ every 8 words, hidden from the reader: it keeps to the length better");
  set.add("sequence.entity_swap", o.entity_swap, "share of records with a shared word swapped in intent and answer")
      .range(0, 1);
  set.add("sequence.mention", o.mention, "share of records told some of the answer's own words, to be asked for later")
      .range(0, 1)
      .came_later();
  set.add("sequence.mention_from", o.mention_from, "share of the run before which no words are told")
      .range(0, 1)
      .came_later();
  set.add("sequence.swap_until", o.swap_until,
          "share of the run after which nothing is swapped, so that it ends with texts as they were written")
      .range(0, 1)
      .came_later();
  set.add("sequence.entity_words", o.entity_words, "file of nouns to swap in, one a line").runtime_only();
  set.add("sequence.reward_weight", o.reward_weight,
          "records weigh exp(this x return) in the loss, returns from 0 to 1; 0: all alike")
      .range(0, 100)
      .came_later();
}

void declare_plain(OptionSet& set, PlainOptions& o) {
  set.add("plain.data", o.data,
          "first phase: a file or folder of text files, whose paragraphs are documents, or .jsonl files with a field "
          "\"text\"")
      .runtime_only();
  set.add("plain.epochs", o.epochs, "passes over the plain text; ignored where plain.steps is set")
      .range(1e-6, 1e6)
      .came_later();
  set.add("plain.steps", o.steps, "steps on plain text; 0: from plain.epochs").range(0, 2e9).came_later();
}

void declare_batch(OptionSet& set, BatchOptions& o) {
  set.add("batch.step_tokens", o.step_tokens,
          "tokens of an optimizer step, padding included; rounded to whole forward passes")
      .range(16, 1e8);
  set.add("batch.micro_tokens", o.micro_tokens, "tokens of a forward pass, padding included; at most step_tokens")
      .range(16, 1e7);
  set.add("batch.lanes", o.lanes,
          "parts into which a step's forward passes are divided, a power of two; processes share them (at most so many "
          "processes) and end with the same weights as one; 0: one for each process at the start")
      .range(0, 1024)
      .came_later();
}

void declare_optimizer(OptionSet& set, OptimizerOptions& o) {
  set.add_enum("optimizer.name", o.name, "muon (for the matrices of the blocks, adamw for the rest) or adamw");
  set.add("optimizer.lr", o.lr, "learning rate of adamw").range(0, 1);
  set.add("optimizer.muon_lr", o.muon_lr, "learning rate of muon").range(0, 1);
  set.add("optimizer.weight_decay", o.weight_decay, "weight decay, on matrices only").range(0, 10);
  set.add("optimizer.beta1", o.beta1, "decay of adamw's first moment").range(0, 0.99999);
  set.add("optimizer.beta2", o.beta2, "decay of adamw's second moment").range(0, 0.999999);
  set.add("optimizer.epsilon", o.epsilon, "adamw's epsilon").range(1e-15, 1);
  set.add("optimizer.momentum", o.momentum, "muon's momentum").range(0, 0.99999);
  set.add("optimizer.clip", o.clip, "largest norm of the gradient, 0 for none").range(0, inf);
  set.add("optimizer.ema", o.ema,
          "decay of averaged weights that are evaluated and saved, 0 for none; at step n at most (1 + n) / (10 + n)")
      .range(0, 0.999999);
}

void declare_schedule(OptionSet& set, ScheduleOptions& o) {
  set.add_enum("schedule.name", o.name, "wsd (warm up, stay, decay) or cosine");
  set.add("schedule.warmup", o.warmup, "share of the steps that warm up").range(0, 1);
  set.add("schedule.decay", o.decay, "wsd: share of the steps that decay").range(0, 1);
}

void declare_critic(OptionSet& set, CriticOptions& o) {
  set.add(
         "critic.data", o.data,
         "tagged folder of answers that the student of --init wrote (answer, score, tag): it learns to tell the better "
         "from the worse while it goes on, so that its critic reads more in its states; fit critic.json again "
         "afterwards")
      .runtime_only();
  set.add("critic.weight", o.weight, "of that in the loss").range(0, 1000).came_later();
}

void declare_distill(OptionSet& set, DistillOptions& o) {
  set.add("distill.from", o.from,
          "checkpoint folders of students, trained on the same data with one tokenizer: this one learns the mean of "
          "their distributions beside the answers' tokens; without --init it takes their tokenizer")
      .runtime_only();
  set.add("distill.share", o.share, "of their distribution in what is learned; the rest is the token's own")
      .range(0, 1)
      .came_later();
}

void declare_early_stopping(OptionSet& set, EarlyStoppingOptions& o) {
  set.add(
         "early_stopping.patience", o.patience,
         "evaluations without a lower validation loss that end the run, 0 for never. The schedule does not know of it: "
         "a wsd run that ends early has not decayed, so prefer cosine, or choose fewer steps afterwards")
      .range(0, 1e6)
      .came_later();
  set.add("early_stopping.min_delta", o.min_delta, "what counts as lower for patience, nats a token")
      .range(0, 100)
      .came_later();
}

void declare_divergence(OptionSet& set, DivergenceOptions& o) {
  set.add("divergence.deviations", o.deviations,
          "stop, with the records named, where the training loss is so many running standard deviations (and half of "
          "itself) above its running mean for three steps in a row; 0 for never")
      .range(0, 1e6)
      .runtime_only();
}

void declare_saving(OptionSet& set, TrainOptions& o) {
  set.add("save_every", o.save_every, "steps between saved states").range(1, 1e9).runtime_only();
  set.add("keep_last", o.keep_last,
          "saved states that are kept: the newest at the top; above 1, the last so many in checkpoints/ too, each with "
          "a student of its step")
      .range(1, 1e6)
      .runtime_only();
  set.add("sample_every", o.sample_every,
          "steps between samples: the student answers a few requests of valid/; 0 for never")
      .range(0, 1e9)
      .runtime_only();
  set.add("card.name", o.card.name, "what the model card and student.gguf call the student").runtime_only();
  set.add("card.licence", o.card.licence,
          "of the weights, for the same: an SPDX id in lower case; mind the terms of teacher and data")
      .runtime_only();
  set.add("card.author", o.card.author, "who made it, for student.gguf").runtime_only();
  set.add("tensorboard", o.tensorboard,
          "folder for an event file of TensorBoard, of this run alone: the figures of metrics.jsonl by their names "
          "there")
      .runtime_only();
}

void check_critic(const TrainOptions& options) {
  if (options.critic.data.empty()) return;
  if (options.init.empty())
    throw user_error("a critic learns on, and there is none to begin with")
        .expected("--init: the checkpoint folder of the student that wrote the answers, with its critic.json")
        .hint("train a student, fit its critic (udrl-distill critic), and start from that");
  if (options.sequence.countdown)
    throw user_error("a student that counts down has no critic").hint("leave --sequence.countdown out");
}

void check_sequence(const TrainOptions& options) {
  if (!options.ideas.empty() && options.sequence.mention <= 0) {
    throw user_error("there are ideas, but the student never learns to mention a word")
        .expected("sequence.mention above 0")
        .hint("add --sequence.mention 0.85, or leave --ideas out");
  }
  if (options.sequence.reward_weight > 0 && options.sequence.any_return < 1) {
    throw user_error("the return is told and weighted at once")
        .expected("sequence.any_return = 1 where sequence.reward_weight is above 0")
        .hint("add --sequence.any-return 1, or leave --sequence.reward-weight out");
  }
}

}  // namespace

void declare(OptionSet& set, TrainOptions& o) {
  set.add("data", o.data, "tagged folder: train/, valid/ and commands.json").required().runtime_only();
  set.add("out", o.out, "checkpoint folder to write").required().runtime_only();
  set.add("cache", o.cache, "folder of tokenized data, made once for all runs; empty: cache/ in the data folder")
      .runtime_only();
  set.add("ideas", o.ideas, "folder of udrl-distill ideas: words that fit a request, for a student that is told some")
      .runtime_only();
  set.add("init", o.init,
          "GPT-2 folder of transformers to start from, a student's or another; [model], where it is left at its "
          "defaults, is that folder's")
      .runtime_only();
  set.add("seed", o.seed, "seed of weights, order, swaps and command dropout");
  set.add("epochs", o.epochs, "passes over the training split; ignored where steps is set").range(1e-6, 1e6);
  set.add("steps", o.steps, "optimizer steps, those on plain text not counted; 0: from epochs").range(0, 2e9);
  set.add("task_weights", o.task_weights, "how many times an epoch shows each record of a task; 1 if not named")
      .range(0, 100);
  set.add_enum("device", o.device, "auto is CUDA where there is one");
  set.add_enum("precision", o.precision, "auto is bf16 on CUDA and on processors with AVX512_BF16");
  set.add_enum("gemm_backend", o.gemm_backend,
               "library that multiplies fp32 on processors; auto is the faster for each product, timed at the start")
      .came_later();
  set.add("valid_records", o.valid_records, "records of valid/ that are evaluated, always the same").range(1, 1e7);
  set.add("valid_every", o.valid_every, "steps between evaluations").range(1, 1e9);
  declare_saving(set, o);
  declare_model(set, o.model);
  declare_plain(set, o.plain);
  declare_sequence(set, o.sequence);
  declare_batch(set, o.batch);
  declare_optimizer(set, o.optimizer);
  declare_schedule(set, o.schedule);
  declare_early_stopping(set, o.early_stopping);
  declare_divergence(set, o.divergence);
  declare_critic(set, o.critic);
  declare_distill(set, o.distill);
}

std::filesystem::path cache_folder(const TrainOptions& options) {
  return options.cache.empty() ? options.data / "cache" : options.cache;
}

student::StudentConfig student_config(const ModelOptions& options, int vocab_size) {
  student::StudentConfig config;
  config.vocab_size = vocab_size;
  config.n_positions = options.context_length;
  config.n_embd = options.width;
  config.n_layer = options.layers;
  config.n_head = options.heads;
  config.dropout = options.dropout;
  return config;
}

void check(const TrainOptions& options) {
  if (options.init.empty()) student_config(options.model, options.model.vocab).check();
  if (options.batch.micro_tokens > options.batch.step_tokens) {
    throw user_error("batch.micro_tokens is larger than batch.step_tokens")
        .expected("at most " + std::to_string(options.batch.step_tokens))
        .got(std::to_string(options.batch.micro_tokens))
        .hint("a step is made of whole forward passes: lower batch.micro_tokens");
  }
  if ((options.batch.lanes & (options.batch.lanes - 1)) != 0) {
    throw user_error("batch.lanes is no power of two")
        .expected("0, 1, 2, 4, 8, …")
        .got(std::to_string(options.batch.lanes))
        .hint("gradients are added up in halves of halves");
  }
  check_sequence(options);
  check_critic(options);
  if (options.plain.steps > 0 && options.plain.data.empty()) {
    throw user_error("plain.steps is set, but there is no plain text").hint("name it with --plain.data");
  }
  if (options.schedule.name == ScheduleKind::wsd && options.schedule.warmup + options.schedule.decay > 1) {
    throw user_error("schedule.warmup and schedule.decay are more than the whole run")
        .expected("a sum of at most 1")
        .hint("lower one of them");
  }
}

}  // namespace udrl::train

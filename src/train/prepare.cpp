// Data, tokenizer and batches of a run.
#include "prepare.hpp"

#include <cmath>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/transformers_folder.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;

void require_data(const TrainOptions& options) {
  for (const char* part : {"train", "valid", student::files::commands}) {
    if (fs::exists(options.data / part)) continue;
    throw user_error("the data folder lacks " + std::string(part))
        .at(options.data.string())
        .expected("train/, valid/ and commands.json")
        .hint("name the folder that udrl-distill tag wrote");
  }
}

/// Every intent once and every prompt, as they stand in a sequence.
std::vector<std::string> tokenizer_texts(const std::vector<Sample>& samples) {
  std::vector<std::string> texts;
  std::set<std::string> intents;
  for (const Sample& sample : samples) {
    if (intents.insert(sample.intent).second) texts.push_back(" " + sample.intent);
    texts.push_back(command::sequence_answer(sample.prompt));
  }
  return texts;
}

}  // namespace

data::Manifest open_checkpoint_folder(const TrainOptions& options, const RunContext& context) {
  require_data(options);
  data::Manifest wanted = data::manifest_of("train", context);
  wanted.seed = options.seed;
  for (const char* part : {"train", "valid", student::files::commands}) {
    wanted.inputs[part] = data::hash_input(options.data / part);
  }
  if (options.sequence.swap > 0) wanted.inputs["swap words"] = data::hash_input(options.sequence.swap_words);
  if (!options.init.empty()) wanted.inputs["init"] = student::TransformersFolder(options.init).sha256();
  return data::open_output(options.out, wanted);
}

Preparation::Preparation(const TrainOptions& options, Observer& observer) : options_(options), observer_(observer) {
  if (!options_.init.empty()) initial_.emplace(options_.init);
  read_data();
  make_tokenizer();
  model_ = initial_ ? initial_->shape(options_.model, *tokenizer_)
                    : student_config(options_.model, tokenizer_->vocab_size());
  make_batches();
}

void Preparation::read_data() {
  fitted_ = command::load(options_.data / student::files::commands);
  fitted_.countdown = options_.sequence.countdown;
  corpus_ = read_corpus(options_.data / "train", fitted_);
  valid_samples_ = read_corpus(options_.data / "valid", fitted_).samples;
  // Ids are hashes: the first ones are as good as drawn.
  const auto wanted = static_cast<std::size_t>(options_.valid_records);
  if (valid_samples_.size() > wanted) valid_samples_.resize(wanted);
  if (options_.sequence.swap > 0) words_ = WordList::load(options_.sequence.swap_words);
}

void Preparation::make_tokenizer() {
  const fs::path file = options_.out / student::files::tokenizer;
  if (initial_ && initial_->tokenizer()) {
    write_file_atomic(file, initial_->tokenizer()->bytes());
  } else if (!fs::exists(file)) {
    student::TokenizerOptions wanted;
    wanted.vocab_size = options_.model.vocab;
    const std::vector<std::string> texts = tokenizer_texts(corpus_.samples);
    observer_.note(Level::info, "tokenizer: " + std::to_string(wanted.vocab_size) + " pieces, from " +
                                    std::to_string(texts.size()) + " texts of the training split");
    write_file_atomic(file, student::train_tokenizer(texts, command::control_pieces(), wanted));
  }
  tokenizer_ = student::Tokenizer::load(file);
}

Sequence Preparation::sequence_of(std::uint32_t record, std::uint64_t epoch) const {
  const Sample& sample = corpus_.samples[record];
  RandomStream random = sequence_stream(options_.seed, epoch, sample.id);
  return encode(training_text(sample, options_.sequence, words_ ? &*words_ : nullptr, random), *tokenizer_);
}

void Preparation::make_batches() {
  source_.records = static_cast<std::uint32_t>(corpus_.samples.size());
  source_.sequence_of = [this](std::uint32_t record, std::uint64_t epoch) { return sequence_of(record, epoch); };
  source_.options = options_.batch;
  source_.longest = model_.n_positions;
  source_.pad_id = tokenizer_->eos_id();
  source_.seed = options_.seed;
  std::vector<Indexed> valid;
  for (std::size_t i = 0; i < valid_samples_.size(); ++i) {
    Sequence sequence = encode(plain_text(valid_samples_[i], options_.sequence), *tokenizer_);
    if (sequence.length() <= source_.longest) valid.push_back({std::move(sequence), static_cast<std::uint32_t>(i)});
  }
  if (valid.empty())
    throw user_error("no record of valid/ fits into the model")
        .at(options_.data.string())
        .hint("raise model.positions");
  valid_ = bucket(std::move(valid), options_.batch.micro_tokens, source_.pad_id);
  epoch_ = count_epoch(source_, 0);
  if (epoch_.steps == 0)
    throw user_error("no record of train/ fits into the model")
        .at(options_.data.string())
        .hint("raise model.positions");
}

std::uint64_t Preparation::total_steps() const {
  if (options_.steps > 0) return static_cast<std::uint64_t>(options_.steps);
  return std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::llround(options_.epochs * static_cast<double>(epoch_.steps))));
}

}  // namespace udrl::train

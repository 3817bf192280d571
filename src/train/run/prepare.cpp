// Data, tokenizer and batches of a run.
#include "prepare.hpp"

#include <numbers>
#include <utility>

#include "data/plain_texts.hpp"
#include "data/reward_weight.hpp"
#include "distil.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/splits.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/tokenizer_import.hpp"
#include "udrl/student/transformers_folder.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* plain_input = "plain text";  // in a manifest

void require_data(const TrainOptions& options) {
  for (const char* part : {"train", "valid", student::files::commands}) {
    if (fs::exists(options.data / part)) continue;
    throw user_error("the data folder lacks " + std::string(part))
        .at(options.data.string())
        .expected("train/, valid/ and commands.json")
        .hint("name the folder that udrl-distill tag wrote");
  }
  for (const char* part : {"train", "valid"}) data::require_lines(options.data / part, "record");
}

/// Whether an intent was seen, in a table of one size for any number of them: one whose place another has taken since
/// counts as new, which is rare among some hundred thousand.
class SeenIntents {
 public:
  bool insert(std::string_view intent) {
    const std::uint64_t id = leading_bits(content_id({intent}));
    return std::exchange(ids_[id % ids_.size()], id) != id;
  }

 private:
  std::vector<std::uint64_t> ids_ = std::vector<std::uint64_t>(1U << 20U);
};

/// Every intent once and every answer of a folder, then the plain text, as they stand in a sequence.
class TrainingTexts {
 public:
  TrainingTexts(const TrainOptions& options, const command::Fitted& fitted)
      : reader_(options.data / "train"), fitted_(fitted) {
    if (!options.plain.data.empty()) plain_.emplace(options.plain.data);
  }

  std::optional<std::string_view> next() {
    if (!next_of_records() && !next_of_plain()) return std::nullopt;
    ++count_;
    return text_;
  }
  std::uint64_t count() const { return count_; }

 private:
  bool next_of_records() {
    text_ = std::exchange(prompt_, {});
    while (text_.empty()) {
      const auto record = reader_.next_as(data::record_from_json);
      if (!record) return false;
      const Sample sample = sample_of(*record, fitted_);
      prompt_ = command::sequence_text(sample.answer);
      text_ = intents_.insert(sample.intent) ? " " + sample.intent : std::exchange(prompt_, {});
    }
    return true;
  }

  bool next_of_plain() {
    while (plain_ && text_.empty()) {
      const std::optional<PlainText> text = plain_->next();
      if (!text) return false;
      text_ = sequence_text(*text);
    }
    return !text_.empty();
  }

  data::JsonLinesReader reader_;
  std::optional<PlainReader> plain_;
  const command::Fitted& fitted_;
  SeenIntents intents_;
  std::string text_, prompt_;
  std::uint64_t count_ = 0;
};

}  // namespace

data::OutputFolder open_checkpoint_folder(const TrainOptions& options, const RunContext& context) {
  require_data(options);
  HeldFolder held(options.out);
  data::Manifest wanted = data::manifest_of("train", context);
  wanted.seed = options.seed;
  for (const char* part : {"train", "valid", student::files::commands}) {
    wanted.inputs[part] = data::hash_input(options.data / part);
  }
  if (options.sequence.entity_swap > 0) wanted.inputs["entity words"] = data::hash_input(options.sequence.entity_words);
  if (!options.ideas.empty()) wanted.inputs["ideas"] = sha256_file(options.ideas / student::files::ideas);
  if (!options.plain.data.empty()) wanted.inputs[plain_input] = hash_plain(options.plain.data);
  if (!options.init.empty()) wanted.inputs["init"] = student::TransformersFolder(options.init).sha256();
  for (std::size_t i = 0; i < options.distill.from.size(); ++i)
    wanted.inputs["distilled, " + std::to_string(i + 1)] =
        student::TransformersFolder(options.distill.from[i]).sha256();
  if (!options.critic.data.empty()) {
    for (const char* split : data::split_names)
      if (data::has_shards(options.critic.data / split))
        wanted.inputs[std::string("critic data, ") + split] = data::hash_input(options.critic.data / split);
    if (student::has_critic(options.init))
      wanted.inputs[student::files::critic] = data::hash_input(options.init / student::files::critic);
  }
  return {std::move(held), std::move(wanted)};
}

Preparation::Preparation(const TrainOptions& options, const data::Manifest& manifest, bool writes, Observer& observer)
    : options_(options), writes_(writes), observer_(observer) {
  if (!options_.init.empty()) initial_.emplace(options_.init);
  students_ = open_students(options_.distill.from);
  fitted_ = command::load(options_.data / student::files::commands);
  fitted_.countdown = options_.sequence.countdown;
  fitted_.mentions = options_.sequence.mention > 0;
  for (const auto& [task, weight] : options_.task_weights) (void)fitted_.index_of(task);  // an unknown one is refused
  if (options_.sequence.entity_swap > 0) words_ = WordList::load(options_.sequence.entity_words);
  if (!options_.ideas.empty()) take_ideas();
  make_tokenizer();
  model_ = initial_ ? initial_->shape(options_.model, *tokenizer_)
                    : student_config(options_.model, tokenizer_->vocab_size());
  require_alike(students_, model_, *tokenizer_, fitted_);
  open_store(manifest);
  if (!options_.plain.data.empty()) {
    const PlainSource texts{options_.plain.data, manifest.inputs.at(plain_input), model_.n_positions, *tokenizer_};
    plain_.emplace(prepare_plain(options_, texts, observer_));
  }
  make_source();
  make_valid();
  if (!options_.critic.data.empty()) take_critic();
}

/// They go with the student.
void Preparation::take_ideas() {
  const fs::path file = options_.ideas / student::files::ideas;
  ideas_ = student::Ideas::load(file);
  if (writes_) write_file_atomic(options_.out / student::files::ideas, read_weights(file));
}

void Preparation::make_tokenizer() {
  const fs::path file = options_.out / student::files::tokenizer;
  if (initial_ && initial_->tokenizer()) {
    if (writes_) write_file_atomic(file, initial_->tokenizer()->bytes());
  } else if (!students_.empty()) {
    if (writes_) write_file_atomic(file, student::student_tokenizer(students_.front().path())->bytes());
  } else if (!fs::exists(file)) {
    student::TokenizerOptions wanted;
    wanted.vocab_size = options_.model.vocab;
    TrainingTexts texts(options_, fitted_);
    write_file_atomic(file, student::train_tokenizer([&] { return texts.next(); }, command::control_pieces(), wanted));
    observer_.note(Level::info, "tokenizer: " + std::to_string(wanted.vocab_size) + " pieces, from " +
                                    std::to_string(texts.count()) + " texts of the training split" +
                                    (options_.plain.data.empty() ? "" : " and plain text"));
  }
  tokenizer_ = student::Tokenizer::load(file);
  if (fitted_.mentions && !tokenizer_->id(command::mention_piece))
    throw user_error("the tokenizer to start from has no ⟨mention⟩, and this run tells words to mention")
        .at(options_.init.string())
        .hint("set sequence.mention = 0, or start from a student whose training had it");
}

void Preparation::open_store(const data::Manifest& manifest) {
  const std::string hash = content_id({manifest.inputs.at("train"), manifest.inputs.at(student::files::commands)});
  store_.emplace(
      open_token_store(cache_folder(options_), {options_.data / "train", hash, fitted_, *tokenizer_}, observer_));
}

void Preparation::make_source() {
  make_sequence_.emplace(*tokenizer_, options_.sequence, words_ ? &*words_ : nullptr, ideas_ ? &*ideas_ : nullptr);
  source_.records = store_->size();
  source_.sequence_of = [this](std::uint32_t record, const Pass& pass, int copy) {
    const StoredSample sample = (*store_)[record];
    const double progress = std::min(1.0, pass.passes / passes_to_make_);
    return (*make_sequence_)(sample, progress, sequence_stream(options_.seed, pass.epoch, sample.id, copy));
  };
  source_.copies_of = copies();
  source_.weight_of = weights();
  source_.options = options_.batch;
  source_.longest = model_.n_positions;
  source_.pad_id = tokenizer_->eos_id();
  source_.seed = options_.seed;
  source_.window = window_of(options_.batch);
  epoch_ = count_epoch(source_, 0, [this](std::uint32_t record) {
    const StoredSample sample = (*store_)[record];
    return Lengths{SequenceMaker::plain_length(sample), static_cast<int>(sample.answer.size()) + 1};
  });
  if (epoch_.steps == 0)
    throw user_error("no record of train/ fits into the model")
        .at(options_.data.string())
        .hint("raise model.context_length, or the weights of the tasks");
  const bool is_scheduled = options_.sequence.mention_from > 0 || options_.sequence.swap_until < 1;
  if (is_scheduled) passes_to_make_ = passes_to_make();  // else nothing depends on it
  const std::uint64_t positions = epoch_.positions / epoch_.steps;
  if (positions < static_cast<std::uint64_t>(options_.batch.step_tokens) / 2)
    observer_.note(Level::warning, "a step has about " + std::to_string(positions) + " positions, not the " +
                                       std::to_string(options_.batch.step_tokens) +
                                       " of batch.step_tokens: an epoch has no more");
}

/// By the tasks' weights: 2.3 is twice, and a third time in 30% of the epochs.
std::function<int(std::uint32_t, std::uint64_t)> Preparation::copies() const {
  if (options_.task_weights.empty()) return {};
  std::vector<double> weights(fitted_.tasks.size(), 1.0);
  for (const auto& [task, weight] : options_.task_weights)
    weights[static_cast<std::size_t>(fitted_.index_of(task))] = weight;
  return [this, weights](std::uint32_t record, std::uint64_t epoch) {
    const StoredSample sample = (*store_)[record];
    const double weight = weights[static_cast<std::size_t>(sample.task_index)];
    RandomStream random(options_.seed, "copies:" + std::to_string(epoch) + ":" + std::string(sample.id));
    return static_cast<int>(weight + random.uniform());
  };
}

/// By the records' returns.
std::function<double(std::uint32_t)> Preparation::weights() const {
  if (options_.sequence.reward_weight == 0) return {};
  return [this, of_bin = bin_weights(options_.sequence.reward_weight, fitted_.bins)](std::uint32_t record) {
    return of_bin[static_cast<std::size_t>((*store_)[record].return_bin)];
  };
}

void Preparation::make_valid() {
  valid_samples_ = first_samples(options_.data / "valid", fitted_, static_cast<std::size_t>(options_.valid_records));
  std::vector<Indexed> sequences;
  double targets = 0, bytes = 0;
  for (std::size_t i = 0; i < valid_samples_.size(); ++i) {
    Sequence sequence = make_sequence_->unchanged(valid_samples_[i]);
    if (sequence.length() > source_.longest) continue;
    targets += sequence.targets();
    bytes += static_cast<double>(valid_samples_[i].answer.size());
    sequences.push_back({std::move(sequence), static_cast<std::uint32_t>(i)});
  }
  if (sequences.empty())
    throw user_error("no record of valid/ fits into the model")
        .at(options_.data.string())
        .hint("raise model.context_length");
  valid_targets_a_byte_ = targets / bytes;
  valid_ = bucket(std::move(sequences), options_.batch.micro_tokens, source_.pad_id);
}

/// Of the student to start from, and the answers that it wrote.
void Preparation::take_critic() {
  const fs::path gguf = options_.init / student::files::gguf;
  if (fs::exists(gguf)) critic_ = student::critic_of(options_.init, sha256_file(gguf));
  if (!critic_ || critic_->state.size() != static_cast<std::size_t>(model_.n_embd))
    throw user_error("the student to start from has no critic of its own")
        .at(options_.init.string())
        .expected(std::string(student::files::critic) + ", fitted to its " + student::files::gguf)
        .hint("fit one: udrl-distill critic --student " + options_.init.string() + " --data " +
              options_.critic.data.string());
  judged_.emplace(JudgedSource{options_.critic.data, fitted_, *tokenizer_, model_.n_positions,
                               options_.batch.micro_tokens, options_.seed});
}

student::GgufOptions Preparation::gguf_options() const {
  return {.name = options_.card.name,
          .licence = options_.card.licence,
          .author = options_.card.author,
          .started_from = initial_ ? initial_->name() : ""};
}

double Preparation::bits_per_byte(double nats_a_token) const {
  return nats_a_token * valid_targets_a_byte_ / std::numbers::ln2;
}

std::string Preparation::example() const {
  const auto ids = (*store_)[0].intent;
  return data::normalise(tokenizer_->decode(std::vector<int>(ids.begin(), ids.end())));
}

std::string Preparation::record_name(std::uint64_t step, std::uint32_t record) const {
  const TokenStore& of = plain_ && step <= plain_->steps ? *plain_->store : *store_;
  return std::string(of[record].id);
}

/// Told words and swaps make sequences longer than the records that an epoch is counted by: a sample says how much.
double Preparation::passes_to_make() const {
  constexpr std::uint32_t sampled = 1024;
  const std::uint32_t step = std::max<std::uint32_t>(1, source_.records / sampled);
  double made = 0, plain = 0;
  for (std::uint32_t record = 0; record < source_.records; record += step) {
    const StoredSample sample = (*store_)[record];
    made += (*make_sequence_)(sample, 0.5, sequence_stream(options_.seed, 0, sample.id)).length();
    plain += SequenceMaker::plain_length(sample);
  }
  const auto steps = static_cast<double>(steps_to_take(epoch_, options_.steps, options_.epochs));
  return steps / static_cast<double>(epoch_.steps) * plain / made;
}

std::uint64_t Preparation::total_steps() const {
  return plain_steps() + steps_to_take(epoch_, options_.steps, options_.epochs);
}

}  // namespace udrl::train

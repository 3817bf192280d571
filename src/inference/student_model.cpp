// Opening a checkpoint for generation, and turning a user's question into a request.
#include "udrl/inference/student_model.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <sstream>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::inference {
namespace {

namespace fs = std::filesystem;

// A word takes under three tokens of the student's vocabulary even where it is spelled out; the end token is one more.
constexpr int tokens_per_word = 4;
constexpr int spare_tokens = 8;

// Draws of one ask differ in what they are to mention: the intent, and the commands (`command::lay_out`).
constexpr std::size_t segments_before_mention = 2;

std::optional<int> words_from_text(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > command::max_words)
    throw user_error("words does not fit")
        .expected("a whole number from 1 to " + std::to_string(command::max_words) + ", 'any' or 'auto'")
        .got("'" + text + "'")
        .hint("ask for example --words 20");
  return value;
}

/// A damaged file is the run's to write again, not to be fetched as other models are.
std::unique_ptr<lm::LanguageModel> open_gguf(const lm::ModelOptions& options) {
  try {
    return lm::open_model(options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::user) throw;
    throw Error(error).hint("it belongs to a checkpoint: run udrl-train's command again, which writes it");
  }
}

/// Another model would read commands as plain text, and write what it likes.
void check_vocabulary(const lm::LanguageModel& model, const command::Fitted& fitted, const fs::path& file) {
  std::vector<std::string> pieces = command::control_pieces();
  if (!fitted.mentions) std::erase(pieces, command::mention_piece);  // students of before had none
  const std::vector<std::string> missing = model.missing_control(pieces);
  if (missing.empty()) return;
  throw user_error("not a student model: its vocabulary lacks the command tokens")
      .at(file.string())
      .expected(std::to_string(pieces.size()) + " control tokens such as " + std::string(command::gen_piece))
      .got(std::to_string(missing.size()) + " of them missing, " + missing.front() + " first")
      .hint("put back the student.gguf that udrl-train wrote: run its command again");
}

/// A user's words as training tells them: "Harbor,boats" is "harbor, boats", and so is "harbor + boats" of a system
/// message, where commas separate commands.
std::string as_told(const std::string& wanted) {
  std::vector<std::string> words;
  std::string folded = data::fold_case(wanted);
  std::replace_if(
      folded.begin(), folded.end(), [](char c) { return c == '+' || c == '&'; }, ',');
  std::istringstream stream(folded);
  for (std::string word; std::getline(stream, word, ',');)
    if (std::string clean = data::normalise(word); !clean.empty()) words.push_back(std::move(clean));
  return listed(words);
}

}  // namespace

StudentModel StudentModel::open(const fs::path& folder, lm::ModelOptions options, bool with_critic) {
  options.gguf = folder / student::files::gguf;
  for (const char* file : {student::files::gguf, student::files::commands}) {
    if (!fs::exists(folder / file))
      throw user_error(std::string("no ") + file + " in this folder")
          .at(folder.string())
          .expected("a checkpoint folder that udrl-train has finished")
          .hint("name the folder given to udrl-train as --out; if training was stopped, start it again to finish it");
  }
  const fs::path ideas = folder / student::files::ideas;
  std::future<std::string> hash_of_ideas = std::async([&] { return fs::exists(ideas) ? sha256_file(ideas) : ""; });
  StudentModel student;
  student.fitted_ = command::load(folder / student::files::commands);
  student.model_ = open_gguf(options);
  check_vocabulary(*student.model_, student.fitted_, folder / student::files::gguf);
  student.certificate_ = command::certificate_of(folder, student.info().sha256);
  if (with_critic) student.critic_ = student::critic_of(folder, student.info().sha256);
  student.hashes_["student"] = lm::model_identity(student.info().sha256, options.weights);
  if (student.fitted_.mentions && fs::exists(ideas)) {
    student.ideas_ = student::Ideas::load(ideas);
    student.hashes_["ideas"] = hash_of_ideas.get();
  }
  return student;
}

std::optional<double> StudentModel::worth(const lm::Likelihood& read) const {
  if (!has_critic() || read.tokens == 0 || read.state.empty()) return std::nullopt;
  if (read.state.size() != critic_->state.size())
    throw user_error(std::string(student::files::critic) + " was fitted to a student of another width")
        .expected(std::to_string(read.state.size()) + " weights")
        .got(std::to_string(critic_->state.size()))
        .hint("fit it again: udrl-distill critic");
  return critic_->worth(read.log_prob / read.tokens, read.state);
}

Resolved StudentModel::resolve(const Ask& ask) const {
  const int task_index = fitted_.index_of(ask.task);
  std::optional<int> words;
  if (ask.want_words != 0) words = words_for(ask.want_words, ask.task);
  else if (ask.words == "auto") words = fitted_.default_words(task_index);
  else if (ask.words != "any") words = words_from_text(ask.words);
  const command::Command command = fitted_.command(task_index, words, ask.return_spec);
  if (fitted_.supports(command)) return {command, fitted_.remark(command, ask.return_spec)};
  if (!ask.nearest || !fitted_.supports_any(task_index)) fitted_.check(command);
  const command::Command near = fitted_.nearest_supported(command);
  return {near, "the training data does not support " + fitted_.describe(command) + ": asked for " +
                    fitted_.describe(near) + ", the nearest that it does"};
}

int StudentModel::words_for(int wanted, const std::string& task) const {
  const auto asked = certificate_ ? certificate_->words_to_ask(task, wanted) : std::nullopt;
  if (asked) return *asked;
  throw user_error("it is not known which length this student must be asked for so that the wanted one comes")
      .expected(std::string(command::files::certificate) + " beside the student, of this very student and the task '" +
                task + "'")
      .hint("measure it: udrl-eval --certify; or ask with --words");
}

command::Command StudentModel::drawn(const Ask& ask, command::Command command, const lm::Sampling& sampling) const {
  const std::string wanted = data::fold_case(data::normalise(ask.mention));
  if (wanted == "auto") command.mention = ideas_for(ask, command, sampling);
  else if (wanted == "none" || wanted.empty()) command.mention.clear();
  else if (fitted_.mentions) command.mention = as_told(wanted);
  else
    throw user_error("this student never learned to mention words that it is told")
        .expected("mention: auto or none")
        .got("'" + wanted + "'")
        .hint("train with --sequence.mention 0.85");
  return command;
}

std::string StudentModel::ideas_for(const Ask& ask, const command::Command& command,
                                    const lm::Sampling& sampling) const {
  if (!ideas_) return {};
  const std::string intent = data::normalise(ask.intent + " " + ask.have);
  const int words = command.words.value_or(fitted_.default_words(command.task_index));
  RandomStream random(sampling.seed, "mention");
  return listed(ideas_->propose(
      {intent, fitted_.task(command.task_index).name, student::words_to_mention(words), sampling.temperature}, random));
}

lm::Request StudentModel::request(const Ask& ask, const command::Command& command, lm::Sampling sampling) const {
  lm::Request request;
  const std::string intent = data::normalise(ask.intent);
  if (intent.empty())
    throw user_error("the intent is empty").expected("a few words").hint("ask for example --intent \"holiday sale\"");
  request.prompt = sequence_prompt(intent, command, command::as_written(data::normalise(ask.have)));
  request.shared_segments = command.mention.empty() ? 0 : segments_before_mention;
  if (sampling.max_tokens == 0)
    sampling.max_tokens = command.words.value_or(command::max_words) * tokens_per_word + spare_tokens;
  if (fitted_.countdown) sampling.allowed_control = command::left_pieces();
  request.sampling = sampling;
  return request;
}

int StudentModel::least_room(const command::Command& command) { return command.words.value_or(1) + 1; }

std::string StudentModel::present(const Ask& ask, const std::string& written) const {
  if (ask.have.empty()) return command::as_shown(data::normalise(written));
  const std::string have = command::as_written(data::normalise(ask.have));
  const std::string whole = command::as_shown(data::normalise(have + written));
  return data::normalise(whole.substr(std::min(whole.size(), command::as_shown(have).size())));
}

}  // namespace udrl::inference

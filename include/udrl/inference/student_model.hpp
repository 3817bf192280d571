// A trained student as generation and evaluation ask it: a checkpoint folder's student.gguf through `lm`, under
// commands that its data supports. Not for: training, or torch.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "udrl/command/certificate.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/student/critic.hpp"
#include "udrl/student/ideas.hpp"

namespace udrl::inference {

/// One question to a student, in a user's words.
struct Ask {
  std::string intent;               ///< any text; normalised here
  std::string task;                 ///< name
  std::string words = "auto";       ///< a number 1–80, "any", or "auto": the usual length of this task's best answers
  std::string return_spec = "top";  ///< as `Fitted::command` takes it: "top", "lowest", "any", "3", "top+novelty=4"
  std::string have = {};            ///< what is written already; the student goes on from there
  int want_words = 0;               ///< not 0: ask for what gives so many, by the certificate; `words` is not read then
  bool nearest = false;             ///< where the data does not support the command: ask the nearest one that it does
  /// Words that the answer is to hold, "harbor, boats"; "none"; or "auto": words that fit the intent, of the student's
  /// own ideas, other ones for each draw. None where it has no ideas.
  std::string mention = "auto";
};

/// What a student is really asked.
struct Resolved {
  command::Command command;
  std::string note;  ///< how that is not what a user may expect of the ask; "" where it is
};

class StudentModel {
 public:
  /// Throws `Error` (user) where the folder has no student.gguf or commands.json, or the vocabulary of its student.gguf
  /// lacks the commands. `options.gguf` is set from the folder. Its critic is only read where that is asked for, so
  /// that who needs none can do without a sound one.
  static StudentModel open(const std::filesystem::path& folder, lm::ModelOptions options = {},
                           bool with_critic = false);

  /// Resolves and checks the command; one outside the trained support is refused with the nearest supported one named,
  /// or replaced by it. Throws `Error` (user) for `want_words` of a student without a certificate.
  Resolved resolve(const Ask& ask) const;
  /// The same with the words that one draw is to mention: a function of ask, command and sampling. Throws `Error`
  /// (user) for words of the ask's own, where the student never learned to mention any.
  command::Command drawn(const Ask& ask, command::Command command, const lm::Sampling& sampling) const;
  /// The request for it. `sampling.max_tokens` 0 is replaced by what the words asked need, with room to spare.
  lm::Request request(const Ask& ask, const command::Command& command, lm::Sampling sampling) const;

  /// Tokens that the shortest answer to a command takes, one a word and the end: for `Sampling::least_room`, so that an
  /// intent that leaves less is refused instead of answered in part.
  static int least_room(const command::Command& command);

  /// What the student wrote, as it is shown: normalised; its first letter a capital unless it goes on with `have`.
  std::string present(const Ask& ask, const std::string& written) const;

  lm::LanguageModel& model() { return *model_; }
  const lm::ModelInfo& info() const { return model_->info(); }
  /// What answers depend on, for a manifest: "student", by the weights that it runs with, and "ideas" where it has any.
  const std::map<std::string, std::string>& hashes() const { return hashes_; }
  const command::Fitted& fitted() const { return fitted_; }
  /// What it does with its commands, where that was measured (`udrl-eval --certify`).
  const std::optional<command::Certificate>& certificate() const { return certificate_; }
  /// Whether it can say what its answers are worth: it has a critic, and was opened with it.
  bool has_critic() const { return critic_.has_value(); }
  const std::optional<student::Critic>& critic() const { return critic_; }
  /// What an answer is worth by the critic, among the answers to one request (`Completion::read`). Nothing for an empty
  /// one, one of a request that did not ask for `states`, or without a critic.
  std::optional<double> worth(const lm::Likelihood& read) const;
  /// What it is told to mention where nothing else is asked.
  const std::optional<student::Ideas>& ideas() const { return ideas_; }

 private:
  int words_for(int wanted, const std::string& task) const;
  std::string ideas_for(const Ask& ask, const command::Command& command, const lm::Sampling& sampling) const;
  StudentModel() = default;
  command::Fitted fitted_;
  std::optional<command::Certificate> certificate_;
  std::optional<student::Ideas> ideas_;
  std::optional<student::Critic> critic_;
  std::unique_ptr<lm::LanguageModel> model_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace udrl::inference

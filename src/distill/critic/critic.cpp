// The critic stage: answers read by their own student, fitted without some intents to be measured, then with all.
#include "udrl/distill/critic.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "udrl/base/error.hpp"
#include "udrl/base/held_folder.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/table.hpp"
#include "udrl/command/own_answers.hpp"
#include "udrl/inference/student_model.hpp"
#include "udrl/student/checkpoint.hpp"
#include "worth.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block = 1024;
constexpr std::size_t least_answers = 100;  // usable ones, to fit on
constexpr const char* more = "ask for more: udrl-distill answer --draws 16, and --limit for more intents";

/// A training that goes on there would leave a critic of a student that has gone. A folder that is not there is refused
/// where the student is opened, which says what it should hold.
std::optional<HeldFolder> hold(const fs::path& student) {
  if (!fs::is_directory(student)) return std::nullopt;
  return HeldFolder(student);
}

/// A file that is damaged must not keep its own cure from running.
void forget_damaged(const fs::path& file, Observer& observer) {
  if (!fs::exists(file)) return;
  try {
    (void)student::load_critic(file);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::user) throw;
    observer.note(Level::warning, "a critic that cannot be read is removed, and fitted again: " + file.string());
    fs::remove(file);
  }
}

inference::StudentModel open_student(const CriticOptions& options) {
  auto student =
      inference::StudentModel::open(options.student, inference::model_options(options.pace, options.student));
  if (student.fitted().countdown)  // a text holds no ⟨left:8⟩, so it would be read otherwise than it is written
    throw user_error("a student that counts down has no critic")
        .at(options.student.string())
        .hint("train without --sequence.countdown");
  return student;
}

std::vector<float> features_of(const lm::Likelihood& read) {
  std::vector<float> features{static_cast<float>(read.log_prob / std::max(1, read.tokens))};
  features.insert(features.end(), read.state.begin(), read.state.end());
  return features;
}

/// By answer.
std::vector<std::vector<float>> read_features(const std::vector<command::OwnAnswer>& answers, lm::LanguageModel& model,
                                              Observer& observer) {
  std::vector<std::vector<float>> features;
  Progress progress{"critic", "answers", 0, answers.size(), 0, ""};
  while (features.size() < answers.size()) {
    check_stop("critic stopped while the student was reading", "run the same command again");
    std::vector<lm::Continuation> some;
    for (std::size_t i = features.size(); i < std::min(answers.size(), features.size() + block); ++i)
      some.push_back({{answers[i].prompt}, answers[i].text, true});
    for (const lm::Likelihood& read : model.log_probs(some).values) features.push_back(features_of(read));
    progress.done = features.size();
    observer.progress(progress);
  }
  return features;
}

std::vector<ReadRequest> by_request(const std::vector<command::OwnAnswer>& answers,
                                    std::vector<std::vector<float>> features) {
  std::map<std::pair<std::string, std::string>, ReadRequest> requests;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ReadRequest& request = requests[{answers[i].intent_id, answers[i].task}];
    request.intent_id = answers[i].intent_id;
    request.returns.push_back(answers[i].real_return);
    request.features.push_back(std::move(features[i]));
  }
  std::vector<ReadRequest> out;
  for (auto& [key, request] : requests) out.push_back(std::move(request));
  return out;
}

void require_enough(std::span<const ReadRequest> requests, const CriticOptions& options) {
  if (const std::size_t found = usable_answers(requests); found < least_answers)
    throw user_error("too few answers to fit a critic to")
        .at(options.data.string())
        .expected(std::to_string(least_answers) + " answers beside those held out, two or more a request")
        .got(std::to_string(found))
        .hint(more);
}

/// What a critic fitted without them says of intents that it has not seen.
student::CriticFit fit_unseen(const std::vector<ReadRequest>& requests, const CriticOptions& options) {
  const auto [seen, unseen] = hold_out(requests, options.held_out);
  require_enough(seen, options);
  const student::CriticFit fit = measured_fit(unseen, fit_worth(seen, options.ridge));
  if (fit.requests == 0)
    throw user_error("no request that is held out has four answers, so nobody would know what the critic is worth")
        .at(options.data.string())
        .hint(more);
  return fit;
}

}  // namespace

void declare(OptionSet& set, CriticOptions& o) {
  set.add("data", o.data, "tagged folder of the student's own answers (answer, score, tag): all its splits").required();
  set.add("student", o.student, "checkpoint folder of udrl-train: gets critic.json").required();
  set.add("ridge", o.ridge, "how strongly small weights are preferred").range(1e-6, 1e9);
  set.add("held_out", o.held_out, "share of the intents that the critic is measured on").range(0.01, 0.9);
  declare(set, o.pace);
}

student::Critic make_critic(const CriticOptions& options, const RunContext& context) {
  const fs::path file = options.student / student::files::critic;
  const auto held = hold(options.student);
  forget_damaged(file, context.observer);
  auto student = open_student(options);
  const std::vector<command::OwnAnswer> answers = command::read_own_answers(options.data, student.fitted());
  const auto requests = by_request(answers, read_features(answers, student.model(), context.observer));
  student::Critic critic;
  critic.student = student.info().sha256;
  critic.fit = fit_unseen(requests, options);
  const std::vector<double> weights = fit_worth(requests, options.ridge);
  critic.log_prob = weights.front();
  critic.state.assign(weights.begin() + 1, weights.end());
  student::save(critic, file);
  return critic;
}

std::string to_text(const student::CriticFit& fit) {
  return "critic: of " + std::to_string(fit.requests) + " unseen requests the worth goes with the return at " +
         fixed(fit.correlation, 2) + "; the answer it chooses has " + fixed(fit.gain, 2) +
         " of what the best would gain";
}

}  // namespace udrl::distill

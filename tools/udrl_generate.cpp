// udrl-generate: asks a trained student. Not for: comparing it with others (udrl-eval).
#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"
#include "udrl/base/table.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/text.hpp"
#include "udrl/inference/ranker.hpp"
#include "udrl/inference/student_model.hpp"
#include "udrl/lm/library_versions.hpp"

namespace {

using namespace udrl;
using Clock = std::chrono::steady_clock;

struct GenerateOptions {
  std::filesystem::path model;
  inference::Ask ask;
  int n = 1;
  int best_of = 1;
  lm::ModelOptions embedder;
  double temperature = 0.8;
  double top_p = 0.95;
  double repeat_penalty = 1.1;
  std::uint64_t seed = 1;

  bool ranks() const { return best_of > 1; }
  int drawn() const { return ranks() ? best_of : n; }
};

void declare(OptionSet& set, GenerateOptions& o) {
  set.add("model", o.model, "checkpoint folder of udrl-train").required();
  set.add("task", o.ask.task, "what to write: a task of the checkpoint").required();
  set.add("intent", o.ask.intent, "what it is about: \"holiday sale\"").required();
  set.add("words", o.ask.words, "length: 1 to 80, 'any', or 'auto' for the task's usual");
  set.add(
         "want_words", o.ask.want_words,
         "length that the answer should really have: asks for what gives it, by the student's steering.json (udrl-eval "
         "--certify); 0: off")
      .range(0, 80);
  set.add("return", o.ask.return_spec,
          "quality: 'top', 'lowest', 'any' or a number; 'top+novelty=4' where the data has auxiliary returns");
  set.add("have", o.ask.have, "what is written already: go on from there");
  set.add("n", o.n, "how many answers").range(1, 1000);
  set.add("best_of", o.best_of,
          "write so many answers, and show the `n` that fit the intent best, the best first; needs --embedder.gguf")
      .range(1, 1000);
  lm::declare(set, "embedder", o.embedder);
  set.add("temperature", o.temperature, "0: always the likeliest token").range(0, 5);
  set.add("top_p", o.top_p, "nucleus sampling").range(0.01, 1);
  set.add("repeat_penalty", o.repeat_penalty, "divides the logits of recent tokens; 1: off").range(1, 2);
  set.add("seed", o.seed, "seed of the draws");
}

std::vector<lm::Request> make_requests(const inference::StudentModel& student, const GenerateOptions& o) {
  const command::Command resolved = student.resolve(o.ask);
  std::vector<lm::Request> requests;
  for (int i = 0; i < o.drawn(); ++i) {
    lm::Sampling sampling;
    sampling.temperature = o.temperature;
    sampling.top_p = o.top_p;
    sampling.repeat_penalty = o.repeat_penalty;
    sampling.seed = RandomStream(o.seed, "generate/" + std::to_string(i))();
    sampling.max_tokens = 0;
    requests.push_back(student.request(o.ask, resolved, sampling));
    requests.back().id = std::to_string(i);
    requests.back().sampling.least_room = inference::StudentModel::least_room(resolved);
  }
  return requests;
}

/// An answer that ran out of room is shown, but not as if it were whole.
void tell_of_cut(const std::vector<lm::Completion>& answers, Observer& observer) {
  const auto is_cut = [](const lm::Completion& answer) { return answer.finish == lm::Finish::length; };
  const auto cut = std::find_if(answers.begin(), answers.end(), is_cut);
  if (cut == answers.end()) return;
  observer.note(Level::warning, std::to_string(std::count_if(answers.begin(), answers.end(), is_cut)) + " of " +
                                    std::to_string(answers.size()) + " answers are cut, after " +
                                    std::to_string(cut->tokens) +
                                    " tokens: shorten the intent, or ask for fewer words");
}

void check(const GenerateOptions& o) {
  if (!o.ranks()) return;
  if (o.embedder.gguf.empty() && o.embedder.url.empty())
    throw user_error("no sentence embedder to choose the best answers with")
        .hint("name one: --embedder.gguf models/all-minilm-l6-v2.f32.gguf; or leave --best-of out");
  if (o.n > o.best_of)
    throw user_error("more answers are to be shown than are written")
        .expected("-n of at most " + std::to_string(o.best_of) + ", which is --best-of")
        .got(std::to_string(o.n));
  if (o.temperature == 0)
    throw user_error("at temperature 0 all answers are the same: there is no best of them")
        .hint("set --temperature 0.8, or leave --best-of out");
}

/// A text that was written before counts as cut: it comes after all others.
std::vector<inference::Draft> drafts_of(const std::vector<std::string>& texts,
                                        const std::vector<lm::Completion>& answers) {
  std::set<std::string> seen;
  std::vector<inference::Draft> out;
  for (std::size_t i = 0; i < texts.size(); ++i)
    out.push_back({texts[i], answers[i].finish == lm::Finish::stop && seen.insert(texts[i]).second});
  return out;
}

/// Those to be shown, in that order.
void keep_best(std::vector<std::string>& texts, std::vector<lm::Completion>& answers, const GenerateOptions& o,
               const inference::Ranker& ranker) {
  const auto order =
      ranker.best(data::normalise(o.ask.intent), drafts_of(texts, answers), static_cast<std::size_t>(o.n));
  std::vector<std::string> best;
  std::vector<lm::Completion> of_best;
  for (const std::size_t i : order) best.push_back(std::move(texts[i])), of_best.push_back(std::move(answers[i]));
  texts = std::move(best), answers = std::move(of_best);
}

/// Milliseconds since it was made, or since the lap before.
class Stopwatch {
 public:
  double lap() {
    const auto before = std::exchange(last_, Clock::now());
    return std::chrono::duration<double, std::milli>(last_ - before).count();
  }

 private:
  Clock::time_point last_ = Clock::now();
};

std::string ms(double value, int digits = 1) { return fixed(value, digits) + " ms"; }

void generate(const GenerateOptions& o, Observer& observer) {
  check(o);
  lm::ModelOptions options;
  options.slots = std::min(o.drawn(), options.slots);
  Stopwatch watch;
  auto student = inference::StudentModel::open(o.model, options);
  const auto embedder = o.ranks() ? lm::open_model(o.embedder, &observer) : nullptr;
  const auto rough = o.ranks() ? lm::open_token_vectors(o.embedder) : nullptr;
  const auto requests = make_requests(student, o);
  const double loading = watch.lap();
  auto answers = lm::complete_all(student.model(), requests);
  const double writing = watch.lap();
  std::vector<std::string> texts;
  for (const lm::Completion& answer : answers) texts.push_back(student.present(o.ask, answer.text));
  if (embedder) keep_best(texts, answers, o, inference::Ranker(*embedder, rough.get()));
  const double ranking = watch.lap();
  for (const std::string& text : texts) std::cout << text << "\n";
  tell_of_cut(answers, observer);
  std::cerr << o.drawn() << " in " << ms(writing) << (embedder ? ", ranked in " + ms(ranking) : "")
            << (embedder ? " (models" : " (model") << " loaded in " << ms(loading, 0) << ")\n";
}

}  // namespace

int main(int argc, char** argv) {
  GenerateOptions options;
  std::vector<Subcommand> commands(1);
  commands[0].help = "ask a student for answers to an intent";
  declare(commands[0].options, options);
  commands[0].run = [&options](const RunContext& context) { generate(options, context.observer); };
  return run_tool(argc, argv, {"udrl-generate", lm::library_versions()}, std::move(commands));
}

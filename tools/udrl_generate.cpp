// udrl-generate: asks a trained student. Not for: comparing it with others (udrl-eval).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "udrl/base/random.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/inference/student_model.hpp"
#include "udrl/lm/library_versions.hpp"

namespace {

using namespace udrl;
using Clock = std::chrono::steady_clock;

struct GenerateOptions {
  std::filesystem::path model;
  inference::Ask ask;
  int n = 1;
  double temperature = 0.8;
  double top_p = 0.95;
  double repeat_penalty = 1.1;
  std::uint64_t seed = 1;
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
  set.add("temperature", o.temperature, "0: always the likeliest token").range(0, 5);
  set.add("top_p", o.top_p, "nucleus sampling").range(0.01, 1);
  set.add("repeat_penalty", o.repeat_penalty, "divides the logits of recent tokens; 1: off").range(1, 2);
  set.add("seed", o.seed, "seed of the draws");
}

std::vector<lm::Request> make_requests(const inference::StudentModel& student, const GenerateOptions& o) {
  const command::Command resolved = student.resolve(o.ask);
  std::vector<lm::Request> requests;
  for (int i = 0; i < o.n; ++i) {
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

void generate(const GenerateOptions& o, Observer& observer) {
  lm::ModelOptions options;
  options.slots = std::min(o.n, options.slots);
  const auto loading = Clock::now();
  auto student = inference::StudentModel::open(o.model, options);
  const auto requests = make_requests(student, o);
  const auto start = Clock::now();
  const auto answers = lm::complete_all(student.model(), requests);
  const std::chrono::duration<double, std::milli> took = Clock::now() - start;
  const std::chrono::duration<double, std::milli> load = start - loading;
  for (const lm::Completion& answer : answers) std::cout << student.present(o.ask, answer.text) << "\n";
  tell_of_cut(answers, observer);
  std::fprintf(stderr, "%d in %.1f ms (model loaded in %.0f ms)\n", o.n, took.count(), load.count());
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

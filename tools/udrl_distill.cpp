// udrl-distill: from intents to tagged training data, a stage a subcommand. Not for: the stages themselves (distill
// room).
#include <cstdio>
#include <iostream>

#include "terminal.hpp"
#include "udrl/base/shown.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/distill/answer.hpp"
#include "udrl/distill/critic.hpp"
#include "udrl/distill/ideas.hpp"
#include "udrl/distill/intents.hpp"
#include "udrl/distill/score.hpp"
#include "udrl/distill/synthesize.hpp"
#include "udrl/distill/tag.hpp"
#include "udrl/inspect/doctor.hpp"
#include "udrl/inspect/duplicates.hpp"
#include "udrl/inspect/summary.hpp"
#include "udrl/inspect/view.hpp"
#include "udrl/lm/library_versions.hpp"

namespace {

using namespace udrl;

void print_counts(const data::Manifest& manifest, const std::filesystem::path& out) {
  std::cout << out.string() << ":";
  for (const auto& [outcome, count] : manifest.counts) std::cout << "  " << shown(outcome) << " " << count;
  std::cout << "\n";
}

/// A subcommand whose options are declared by its stage, and that calls `run` with them.
template <class Options, class Run>
Subcommand stage(const std::string& name, const std::string& help, Options& options, Run run) {
  Subcommand command{name, help, {}, {}};
  declare(command.options, options);
  command.run = [&options, run](const RunContext& context) { run(options, context); };
  return command;
}

void run_intents(const distill::IntentsOptions& options, const RunContext& context) {
  print_counts(distill::make_intents(options, context), options.out);
}

void run_synthesize(const distill::SynthesizeOptions& options, const RunContext& context) {
  const auto result = distill::synthesize(options, context);
  print_counts(result.manifest, options.out);
  if (result.seconds > 0)
    std::printf("%.0f generated tokens/s (%llu generated, %llu read, %.1f s)\n",
                static_cast<double>(result.generated_tokens) / result.seconds,
                static_cast<unsigned long long>(result.generated_tokens),
                static_cast<unsigned long long>(result.prompt_tokens), result.seconds);
}

void run_score(const distill::ScoreOptions& options, const RunContext& context) {
  print_counts(distill::score_samples(options, context), options.out);
}

void run_answer(const distill::AnswerOptions& options, const RunContext& context) {
  print_counts(distill::answer_intents(options, context), options.out);
}

void run_tag(const distill::TagOptions& options, const RunContext& context) {
  const auto result = distill::tag_samples(options, context);
  std::cout << shown(distill::to_text(result.table));
  print_counts(result.manifest, options.out);
}

void run_ideas(const distill::IdeasOptions& options, const RunContext& context) {
  print_counts(distill::make_ideas(options, context), options.out);
}

void run_critic(const distill::CriticOptions& options, const RunContext& context) {
  std::cout << distill::to_text(distill::make_critic(options, context).fit) << "\n";
}

void run_summary(const inspect::SummaryOptions& options, const RunContext& context) {
  std::cout << shown(inspect::to_text(inspect::summarise(options, context)));
}

void run_doctor(const inspect::DoctorOptions& options, const RunContext& context) {
  std::cout << shown(inspect::to_text(inspect::examine(options, context)));
  std::cout << "\n" << (options.out / "doctor.html").string() << "\n";
}

void run_duplicates(const inspect::DuplicatesOptions& options, const RunContext& context) {
  std::cout << shown(inspect::to_text(inspect::threshold_effects(options, context)));
}

void run_view(const inspect::ViewOptions& options, const RunContext&) {
  tools::PosixTerminal terminal;
  inspect::view_records(options, terminal);
}

}  // namespace

int main(int argc, char** argv) {
  distill::IntentsOptions intents;
  distill::SynthesizeOptions synthesize;
  distill::ScoreOptions score;
  distill::TagOptions tag;
  distill::AnswerOptions answer;
  distill::IdeasOptions ideas;
  distill::CriticOptions critic;
  inspect::SummaryOptions summary;
  inspect::DoctorOptions doctor;
  inspect::DuplicatesOptions duplicates;
  inspect::ViewOptions view;
  std::vector<Subcommand> commands;
  commands.push_back(stage("intents", "make short user intents from lists, or take your own", intents, run_intents));
  commands.push_back(
      stage("synthesize", "ask the teacher for several answers to each intent and task", synthesize, run_synthesize));
  commands.push_back(stage("score", "give each answer its figures: relevance, copying, words", score, run_score));
  commands.push_back(stage("doctor", "is scored data worth training on: verdicts, and why", doctor, run_doctor));
  commands.push_back(stage("tag", "turn scores into returns and commands, and hold subjects out", tag, run_tag));
  commands.push_back(stage("ideas", "a table of words that fit requests, for a student to mention", ideas, run_ideas));
  commands.push_back(
      stage("answer", "have a trained student answer intents under commands, as samples", answer, run_answer));
  commands.push_back(stage("critic", "what a student's own answers are worth, read from its states: fits critic.json",
                           critic, run_critic));
  commands.push_back(stage("summary", "what is in folders, by task: valid, words, scores", summary, run_summary));
  commands.push_back(
      stage("duplicates", "what a threshold for near duplicates would leave out", duplicates, run_duplicates));
  commands.push_back(stage("view", "page through intents, answers, scores and commands", view, run_view));
  return run_tool(argc, argv, {"udrl-distill", lm::library_versions()}, std::move(commands));
}

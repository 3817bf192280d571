// udrl-eval: compares a student with its teachers on intents about subjects that training never saw; with --compare,
// two such evaluations; with --certify, measures what a student's commands move; with other flags, what is made of a
// finished evaluation.
#include <algorithm>
#include <iostream>
#include <string_view>

#include "udrl/base/shown.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/eval/certify.hpp"
#include "udrl/eval/compare_runs.hpp"
#include "udrl/eval/evaluate.hpp"
#include "udrl/eval/lm_eval.hpp"
#include "udrl/eval/people.hpp"
#include "udrl/lm/library_versions.hpp"

namespace {

using namespace udrl;

void run(const eval::EvalOptions& options, const RunContext& context) {
  eval::evaluate(options, context, [&](const std::string& table) {
    std::cout << "\n" << shown(table) << "\n";
    for (const char* file : {"report.html", "results.json", "results.md"})
      std::cout << "wrote " << (options.out / file).string() << "\n";
  });
}

/// What else the tool does than to evaluate, told by one flag alone.
struct Use {
  std::string_view flag;
  int (*run)(int argc, char** argv);
};

bool is_given(std::string_view flag, int argc, char** argv) {
  return std::any_of(argv, argv + argc, [&](std::string_view argument) {
    return argument == flag || argument.starts_with(std::string(flag) + "=");
  });
}

template <class Options, class Run>
int run_one(int argc, char** argv, const std::string& help, Options& options, Run run) {
  Subcommand command{"", help, {}, {}};
  declare(command.options, options);
  command.run = [&](const RunContext& context) { run(options, context); };
  std::vector<Subcommand> commands;
  commands.push_back(std::move(command));
  char help_flag[] = "--help";  // alone, as "--human --help" gives --human no value
  char* help_alone[] = {argv[0], help_flag, nullptr};
  if (is_given("--help", argc, argv) || is_given("-h", argc, argv)) argc = 2, argv = help_alone;
  return run_tool(argc, argv, {"udrl-eval", lm::library_versions()}, std::move(commands));
}

/// A use that reads what an evaluation wrote and prints what came of it.
template <class Options, std::string (*read)(const Options&)>
int run_reader(int argc, char** argv, const std::string& help) {
  Options options;
  return run_one(argc, argv, help, options, [](const Options& o, const RunContext&) { std::cout << shown(read(o)); });
}

std::string compared(const eval::CompareRunsOptions& o) { return eval::to_text(eval::compare_runs(o), o); }

int certify(int argc, char** argv) {
  eval::CertifyOptions options;
  return run_one(argc, argv, "Measure what a student's commands move, and what else moves.", options,
                 [](const eval::CertifyOptions& o, const RunContext& context) {
                   std::cout << shown(eval::to_text(eval::certify(o, context))) << "wrote "
                             << (o.student / command::files::certificate).string() << "\n";
                 });
}

constexpr Use uses[] = {
    {"--certify", certify},
    {"--compare",
     [](int argc, char** argv) {
       return run_reader<eval::CompareRunsOptions, compared>(argc, argv, "Compare two evaluations, case by case.");
     }},
    {"--export-pairs",
     [](int argc, char** argv) {
       return run_reader<eval::ExportPairsOptions, eval::export_pairs>(
           argc, argv, "Pairs of answers of a finished evaluation, for people to rate blind.");
     }},
    {"--human",
     [](int argc, char** argv) {
       return run_reader<eval::HumanOptions, eval::take_ratings>(argc, argv, "What people's ratings of pairs say.");
     }},
    {"--export-lm-eval",
     [](int argc, char** argv) {
       return run_reader<eval::LmEvalOptions, eval::export_lm_eval>(
           argc, argv, "A finished evaluation as logs of lm-evaluation-harness.");
     }},
};

}  // namespace

int main(int argc, char** argv) {
  for (const Use& use : uses)
    if (is_given(use.flag, argc, argv)) return use.run(argc, argv);
  eval::EvalOptions options;
  return run_one(argc, argv,
                 "Compare a student with its teachers: relevance, diversity, steering, cost; writes report.html and "
                 "results.json. Other uses, each with a --help of its own: what a student's commands move (--certify), "
                 "two evaluations (--compare A,B); of a finished one, with --out, pairs for people (--export-pairs N), "
                 "what they say (--human FILE), logs as lm-evaluation-harness writes them (--export-lm-eval DIR)",
                 options, run);
}

// udrl-eval: compares a student with its teachers on intents about subjects that training never saw; with --compare,
// two such evaluations; with --certify, measures what a student's commands move.
#include <algorithm>
#include <iostream>
#include <string_view>

#include "udrl/base/tool.hpp"
#include "udrl/eval/certify.hpp"
#include "udrl/eval/compare_runs.hpp"
#include "udrl/eval/evaluate.hpp"
#include "udrl/lm/library_versions.hpp"

namespace {

using namespace udrl;

void run(const eval::EvalOptions& options, const RunContext& context) {
  eval::evaluate(options, context, [&](const std::string& table) {
    std::cout << "\n" << table << "\n";
    for (const char* file : {"report.html", "results.json", "results.md"})
      std::cout << "wrote " << (options.out / file).string() << "\n";
  });
}

/// The tool has several uses, told apart by such a flag alone.
bool asks_to(const std::string& flag, int argc, char** argv) {
  return std::any_of(argv, argv + argc, [&](std::string_view argument) { return argument.starts_with(flag); });
}

template <class Options, class Run>
int run_one(int argc, char** argv, const std::string& help, Options& options, Run run) {
  Subcommand command{"", help, {}, {}};
  declare(command.options, options);
  command.run = [&](const RunContext& context) { run(options, context); };
  std::vector<Subcommand> commands;
  commands.push_back(std::move(command));
  return run_tool(argc, argv, {"udrl-eval", lm::library_versions()}, std::move(commands));
}

}  // namespace

int main(int argc, char** argv) {
  if (asks_to("--compare", argc, argv)) {
    eval::CompareRunsOptions options;
    return run_one(argc, argv, "Compare two evaluations, case by case.", options,
                   [](const eval::CompareRunsOptions& o, const RunContext&) {
                     std::cout << eval::to_text(eval::compare_runs(o), o);
                   });
  }
  if (asks_to("--certify", argc, argv)) {
    eval::CertifyOptions options;
    return run_one(argc, argv, "Measure what a student's commands move, and what else moves.", options,
                   [](const eval::CertifyOptions& o, const RunContext& context) {
                     std::cout << eval::to_text(eval::certify(o, context)) << "wrote "
                               << (o.student / command::files::certificate).string() << "\n";
                   });
  }
  eval::EvalOptions options;
  return run_one(
      argc, argv,
      "Compare a student with its teachers: relevance, diversity, steering, cost; writes report.html and "
      "results.json. Two evaluations: udrl-eval --compare A,B. A student's steering: udrl-eval --certify --help",
      options, run);
}

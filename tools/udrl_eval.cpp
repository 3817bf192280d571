// udrl-eval: compares a student with its teachers on intents about subjects that training never saw.
#include <iostream>

#include "udrl/base/tool.hpp"
#include "udrl/eval/evaluate.hpp"

namespace {

void run(const udrl::eval::EvalOptions& options, const udrl::RunContext& context) {
  const auto results = udrl::eval::evaluate(options, context);
  std::cout << "\n" << udrl::eval::to_terminal(results) << "\n";
  for (const char* file : {"report.html", "results.json", "results.md"})
    std::cout << "wrote " << (options.out / file).string() << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  udrl::eval::EvalOptions options;
  udrl::Subcommand evaluate;
  evaluate.help =
      "Compare a student with its teachers: relevance, control, variety, cost; writes report.html and results.json.";
  udrl::eval::declare(evaluate.options, options);
  evaluate.run = [&options](const udrl::RunContext& context) { run(options, context); };
  std::vector<udrl::Subcommand> commands;
  commands.push_back(std::move(evaluate));
  return udrl::run_tool(argc, argv, "udrl-eval", std::move(commands));
}

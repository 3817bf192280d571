// udrl-distill: from intents to tagged training data, a stage a subcommand. Not for: the stages themselves (distill room).
#include <cstdio>
#include <iostream>

#include "udrl/base/tool.hpp"
#include "udrl/distill/intents.hpp"
#include "udrl/distill/synthesize.hpp"

namespace {

using namespace udrl;

void print_counts(const data::Manifest& manifest) {
  for (const auto& [outcome, count] : manifest.counts) std::cout << "  " << outcome << " " << count << "\n";
}

Subcommand intents_command(distill::IntentsOptions& options) {
  Subcommand command{"intents", "make short user intents from lists, or take your own", {}, {}};
  distill::declare(command.options, options);
  command.run = [&options](const RunContext& context) { print_counts(distill::make_intents(options, context)); };
  return command;
}

Subcommand synthesize_command(distill::SynthesizeOptions& options) {
  Subcommand command{"synthesize", "ask the teacher for several answers to each intent and task", {}, {}};
  distill::declare(command.options, options);
  command.run = [&options](const RunContext& context) {
    const auto result = distill::synthesize(options, context);
    print_counts(result.manifest);
    if (result.seconds > 0)
      std::printf("  %.0f generated tokens/s\n", static_cast<double>(result.generated_tokens) / result.seconds);
  };
  return command;
}

}  // namespace

int main(int argc, char** argv) {
  distill::IntentsOptions intents;
  distill::SynthesizeOptions synthesize;
  std::vector<Subcommand> commands;
  commands.push_back(intents_command(intents));
  commands.push_back(synthesize_command(synthesize));
  return run_tool(argc, argv, "udrl-distill", std::move(commands));
}

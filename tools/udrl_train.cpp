// udrl-train: tagged records → a checkpoint folder with its GGUF. Parses, calls the library, prints what was made.
#include <cstdio>

#include "udrl/base/tool.hpp"
#include "udrl/lm/library_versions.hpp"
#include "udrl/train/library_versions.hpp"
#include "udrl/train/train.hpp"

namespace {

void run(const udrl::train::TrainOptions& options, const udrl::RunContext& context) {
  const auto report = udrl::train::train(options, context);
  if (!report.is_first) return;
  std::printf(
      "%s: %llu parameters, %llu steps, %llu tokens, validation loss %.3f nats a token, %.3f bits a byte, %.0f s\n",
      options.out.c_str(), static_cast<unsigned long long>(report.parameters),
      static_cast<unsigned long long>(report.steps), static_cast<unsigned long long>(report.tokens), report.valid_loss,
      report.valid_bits_per_byte, report.seconds);
}

}  // namespace

int main(int argc, char** argv) {
  udrl::train::TrainOptions options;
  std::vector<udrl::Subcommand> commands(1);
  commands[0].help = "Train a student on tagged records; run again to go on where it stopped.";
  udrl::train::declare(commands[0].options, options);
  commands[0].run = [&options](const udrl::RunContext& context) { run(options, context); };
  auto libraries = udrl::lm::library_versions();
  libraries.insert(libraries.begin(), udrl::train::torch_version);
  return udrl::run_tool(argc, argv, {"udrl-train", libraries}, std::move(commands));
}

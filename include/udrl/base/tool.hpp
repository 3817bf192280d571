// A command-line tool as a list of subcommands: parses, calls the library, turns errors into exit codes.
// Not for: anything that a stage does.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "udrl/base/observer.hpp"
#include "udrl/base/options.hpp"

namespace udrl {

/// What a running subcommand is given.
struct RunContext {
  Observer& observer;
  std::string tool;          ///< "udrl-distill"
  std::string command_line;  ///< as typed, the tool without its folder
  std::string config_json;   ///< all resolved options
  std::string
      output_config_json;  ///< resolved options without the runtime-only ones: two runs that agree here agree in output
};

struct Subcommand {
  std::string name;  ///< "" for a tool without subcommands
  std::string help;
  OptionSet options;
  std::function<void(const RunContext&)> run;
};

struct Tool {
  std::string name;  ///< "udrl-distill"
  /// What --version says of the outside libraries, a line each, beside what it says of every tool. Called in order,
  /// with the lines before printed already.
  std::vector<std::function<std::string()>> libraries = {};
};

/// 0 finished, 1 failure, 2 the user's mistake, 3 stopped and resumable; of what was printed and did not arrive, 1.
/// Every tool has --help, --version, --completion SHELL, --config FILE, --threads N, --quiet and --log FILE. Installs
/// the stop signals and the crash handler.
int run_tool(int argc, char** argv, const Tool& tool, std::vector<Subcommand> subcommands);

/// "udrl 0.1.0 (commit abc1234)"
std::string version();

}  // namespace udrl

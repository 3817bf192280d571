// From argv to an exit code: subcommands, common options, errors in words.
#include "udrl/base/tool.hpp"

#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <algorithm>
#include <iostream>
#include <new>

#include "build_info.hpp"
#include "completion.hpp"
#include "process/crash.hpp"
#include "process/spin_guard.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/shell_quoted.hpp"
#include "udrl/base/standard_output.hpp"

namespace udrl {
namespace {

using Arguments = std::vector<std::string>;

struct CommonOptions {
  int threads = 0;
  bool quiet = false;
  std::filesystem::path log;
};

void declare(OptionSet& set, CommonOptions& o) {
  set.add("threads", o.threads, "threads that compute; 0: all usable cores").range(0, 4096).runtime_only();
  set.add("quiet", o.quiet, "show warnings and errors only").runtime_only();
  set.add("log", o.log, "file that notes and progress are appended to").runtime_only();
}

std::string quoted(const std::string& argument) {
  const bool plain = !argument.empty() && argument.find_first_of(" \t\n'\"\\$`*?[]{}()<>|&;#~!") == std::string::npos;
  return plain ? argument : shell_quoted(argument);
}

/// The tool by its name alone: where it lay says nothing elsewhere, and goes with data that is shared.
std::string command_line(const std::string& tool, int argc, char** argv) {
  std::string text = tool;
  for (int i = 1; i < argc; ++i) text.append(" ").append(quoted(argv[i]));
  return text;
}

std::string shells() { return listed(all_names<Shell>(), "|"); }

std::string overview(const std::string& tool, const std::vector<Subcommand>& subcommands) {
  std::size_t longest = 0;
  for (const auto& s : subcommands) longest = std::max(longest, s.name.size());
  std::string text = "Usage: " + tool + " COMMAND [options]\n\nCommands:\n";
  for (const auto& s : subcommands)
    text += "  " + s.name + std::string(longest - s.name.size() + 2, ' ') + s.help + "\n";
  return text + "\n" + tool + " COMMAND --help explains a command, " + tool + " --version says what was built, " +
         tool + " --completion " + shells() + " prints a script for the shell.\n";
}

/// What --completion prints: the script for that shell, of all commands and what every tool has.
std::string completion(const Arguments& arguments, const Tool& tool, std::vector<Subcommand>& subcommands) {
  const auto shell = arguments.size() == 2 ? from_name<Shell>(arguments[1]) : std::nullopt;
  if (!shell)
    throw user_error("--completion wants the name of a shell")
        .expected(shells())
        .got(arguments.size() == 2 ? arguments[1] : std::to_string(arguments.size() - 1) + " words")
        .hint("for example in ~/.bashrc: source <(" + tool.name + " --completion bash)");
  CommonOptions common;
  for (Subcommand& one : subcommands) declare(one.options, common);
  return completion_script(*shell, tool.name, subcommands);
}

Subcommand& choose(const std::string& name, std::vector<Subcommand>& subcommands) {
  Arguments names;
  for (auto& s : subcommands) {
    if (s.name == name) return s;
    names.push_back(s.name);
  }
  const std::string near = nearest(name, names);
  throw user_error("unknown command \"" + name + "\"")
      .hint(near.empty() ? "--help lists the commands" : "did you mean \"" + near + "\"?");
}

bool contains(const Arguments& arguments, const std::string& word) {
  return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

/// The observer, whichever there is, says how it ended; its bar is closed first.
int report(const Error& error, std::unique_ptr<Observer> observer, const std::string& program) {
  if (!observer) observer = make_terminal_observer();
  const bool stopped = error.kind() == ErrorKind::stopped;
  observer->note(stopped ? Level::warning : Level::error, (stopped ? "" : program + ": ") + error.what());
  return error.exit_code();
}

Error as_error(const std::exception& error) {
  if (const auto* ours = dynamic_cast<const Error*>(&error)) return *ours;
  if (dynamic_cast<const std::bad_alloc*>(&error))
    return failure("out of memory").hint("use a smaller model, batch or number of slots");
  return failure(error.what());
}

std::string system_description() {
  struct utsname system {};
  ::uname(&system);
  return std::string(system.sysname) + " " + system.release + " " + system.machine + ", glibc " +
         ::gnu_get_libc_version();
}

/// Each line is out before the next is made: one may be what the tool dies of.
void print_versions(const Tool& tool) {
  std::cout << version() << "\n";
  std::cout << "compiler: " << compiler_description() << "\n";
  std::cout << "system: " << system_description() << "\n";
  std::cout << "processor: " << processor_description() << std::endl;
  for (const auto& library : tool.libraries) std::cout << library() << std::endl;
}

class Run {
 public:
  Run(const Tool& tool, std::string line) : tool_(tool), program_(tool.name), line_(std::move(line)) {}

  int operator()(Arguments arguments, std::vector<Subcommand>& subcommands) {
    try {
      start(std::move(arguments), subcommands);
      flush_standard_output();
      return 0;
    } catch (const std::exception& error) {
      return report(as_error(error), std::move(observer_), program_);
    } catch (...) {
      return report(failure("an unknown exception was thrown"), std::move(observer_), program_);
    }
  }

 private:
  void start(Arguments arguments, std::vector<Subcommand>& subcommands) {
    if (!arguments.empty() && arguments[0] == "--version") return print_versions(tool_);
    if (!arguments.empty() && arguments[0] == "--completion") {
      std::cout << completion(arguments, tool_, subcommands);
      return;
    }
    const bool has_commands = subcommands.size() > 1 || !subcommands.at(0).name.empty();
    if (!has_commands) return run(subcommands[0], arguments);
    if (arguments.empty()) throw user_error("no command is given").hint(tool_.name + " --help lists the commands");
    if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
      std::cout << overview(tool_.name, subcommands);
      return;
    }
    if (arguments[0].rfind("-", 0) == 0) throw user_error("the command comes before its flags").got(arguments[0]);
    Subcommand& chosen = choose(arguments[0], subcommands);
    program_ = tool_.name + " " + chosen.name;
    install_crash_handler(program_);
    arguments.erase(arguments.begin());
    run(chosen, arguments);
  }

  void run(Subcommand& chosen, const Arguments& arguments) {
    if (contains(arguments, "--version")) return print_versions(tool_);
    CommonOptions common;
    declare(chosen.options, common);
    std::string help;
    if (!chosen.options.parse(arguments, program_, &help)) {
      std::cout << program_ << ": " << chosen.help << "\n\n"
                << help << "\n"
                << tool_.name << " --version says what was built, " << tool_.name << " --completion " << shells()
                << " prints a script for the shell.\n";
      return;
    }
    chosen.options.validate();
    set_compute_threads(common.threads);
    observer_ = open_observer(common);
    const SpinGuard guard;
    chosen.run({*observer_, tool_.name, line_, chosen.options.to_json(), chosen.options.to_json(false)});
    observer_.reset();
  }

  static std::unique_ptr<Observer> open_observer(const CommonOptions& common) {
    TerminalOptions options;
    options.quiet = common.quiet;
    options.log_file = common.log;
    return make_terminal_observer(options);
  }

  const Tool& tool_;
  std::string program_, line_;
  std::unique_ptr<Observer> observer_;
};

}  // namespace

int run_tool(int argc, char** argv, const Tool& tool, std::vector<Subcommand> subcommands) {
  keep_standard_streams();
  install_crash_handler(tool.name);
  install_stop_signals();
  return Run(tool, command_line(tool.name, argc, argv))(Arguments(argv + 1, argv + argc), subcommands);
}

}  // namespace udrl

// Command-line flags through CLI11: the only file that sees it. CLI11 takes the line apart; types are
// option_values.cpp's.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "files/installed.hpp"
#include "option_values.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/options.hpp"

namespace udrl {
namespace {

using Arguments = std::vector<std::string>;

std::string without_dashes(const std::string& flag) {
  return flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
}

std::string names_for_cli(const Option& option) {
  std::string names = option.flag();
  if (option.letter()) names += std::string(",-") + option.letter();
  if (detail::is_switch(option)) names += ",!--no-" + without_dashes(option.flag());
  return names;
}

CLI::Option* declare_flag(CLI::App& app, const Option& option) {
  const std::string names = names_for_cli(option);
  CLI::Option* flag = detail::is_switch(option) ? app.add_flag(names) : app.add_option(names);
  return flag->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// CLI11 takes the next argument where `--flag=` has an empty value, and splits texts in brackets: hand it values
/// apart.
Arguments with_values_apart(const Arguments& arguments, const std::vector<std::string>& valued_flags) {
  Arguments apart;
  for (const auto& argument : arguments) {
    const auto equals = argument.find('=');
    const std::string flag = argument.substr(0, equals);
    const bool splits = equals != std::string::npos && std::count(valued_flags.begin(), valued_flags.end(), flag) > 0;
    apart.push_back(splits ? flag : argument);
    if (splits) apart.push_back(argument.substr(equals + 1));
  }
  return apart;
}

/// Compared without their dashes, which would make any two short flags look alike.
std::string nearest_flag(const std::string& flag, const std::vector<std::string>& flags) {
  std::vector<std::string> bare;
  for (const auto& known : flags) bare.push_back(without_dashes(known));
  const std::string near = nearest(without_dashes(flag), bare);
  return near.empty() ? "" : flags[static_cast<std::size_t>(std::find(bare.begin(), bare.end(), near) - bare.begin())];
}

Error unknown_argument(const std::string& argument, const std::vector<std::string>& flags) {
  if (argument.rfind("-", 0) != 0)
    return user_error("unexpected argument \"" + argument + "\"")
        .hint("values follow their flag; lists are written a,b,c");
  const std::string flag = argument.substr(0, argument.find('='));
  const std::string near = nearest_flag(flag, flags);
  return user_error("unknown flag \"" + flag + "\"")
      .hint(near.empty() ? "--help lists the known ones" : "did you mean " + near + "?");
}

Error no_value(const std::string& flag) {
  return user_error("no value is given").at(flag).hint("a value follows its flag; --help shows how");
}

void run_cli(CLI::App& app, const Arguments& arguments) {
  try {
    app.parse(Arguments(arguments.rbegin(), arguments.rend()));  // CLI11 wants them back to front
  } catch (const CLI::ArgumentMismatch&) {  // every flag takes one value: only the last can lack it
    throw no_value(arguments.back());
  } catch (const CLI::ParseError& error) {
    throw user_error(error.what()).hint("--help lists the flags");
  }
}

/// "--input --output x": the value of --input was forgotten.
void refuse_flag_as_value(const Arguments& values, const std::string& flag, const std::vector<std::string>& flags) {
  for (const auto& value : values)
    if (std::count(flags.begin(), flags.end(), value) > 0) throw no_value(flag).got(value);
}

/// A default such as "data/tasks" is a checkout's; an installed tool brings its own.
void look_where_installed(const Option& option) {
  const auto* path = std::get_if<std::filesystem::path*>(&option.target());
  if (path != nullptr && option.source() == "default")
    **path = detail::here_or_installed(**path, detail::installed_folder());
}

/// The CLI11 side of an option set.
struct CommandLine {
  CLI::App app;
  CLI::Option* help;
  CLI::Option* config;
  std::vector<std::pair<Option*, CLI::Option*>> flags;
  std::vector<std::string> known{"--help", "--config"}, valued{"--config"};

  CommandLine() {
    app.set_help_flag();
    app.allow_extras();
    help = app.add_flag("-h,--help");
    config = app.add_option("--config")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  void add(Option& option) {
    flags.emplace_back(&option, declare_flag(app, option));
    Arguments spellings{option.flag()};
    if (option.letter()) spellings.push_back(std::string("-") + option.letter());
    known.insert(known.end(), spellings.begin(), spellings.end());
    if (!detail::is_switch(option)) valued.insert(valued.end(), spellings.begin(), spellings.end());
  }

  void check() const {
    refuse_flag_as_value(config->results(), "--config", known);
    for (const auto& flag : flags) refuse_flag_as_value(flag.second->results(), flag.first->flag(), known);
    for (const auto& extra : app.remaining()) throw unknown_argument(extra, known);
  }
};

}  // namespace

bool OptionSet::parse(const std::vector<std::string>& arguments, const std::string& program, std::string* help) {
  CommandLine line;
  for (const auto& option : options_) line.add(*option);
  run_cli(line.app, with_values_apart(arguments, line.valued));
  if (line.help->count() > 0) {
    if (help) *help = "Usage: " + program + " [options]\n\n" + help_text();
    return false;
  }
  line.check();
  for (auto& [option, flag] : line.flags)
    if (flag->count() > 0)
      detail::assign(*option, detail::parse_flag(*option, flag->results(), option->flag()), option->flag());
  for (const auto& file : line.config->results()) read_toml(file);
  for (const auto& option : options_) look_where_installed(*option);
  return true;
}

}  // namespace udrl

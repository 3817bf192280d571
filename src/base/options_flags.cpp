// Command-line flags through CLI11: the only file that sees it. CLI11 takes the line apart; types are option_values.cpp's.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "option_values.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/options.hpp"

namespace udrl {
namespace {

using Arguments = std::vector<std::string>;

std::string names_for_cli(const Option& option) {
  std::string names = option.flag();
  if (option.letter()) names += std::string(",-") + option.letter();
  if (detail::is_switch(option)) names += ",!--no-" + option.flag().substr(2);
  return names;
}

CLI::Option* declare_flag(CLI::App& app, const Option& option) {
  const std::string names = names_for_cli(option);
  CLI::Option* flag = detail::is_switch(option) ? app.add_flag(names) : app.add_option(names);
  return flag->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// CLI11 takes the next argument where `--flag=` has an empty value, and splits texts in brackets: hand it values apart.
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

Error unknown_argument(const std::string& argument, const std::vector<std::string>& flags) {
  if (argument.rfind("-", 0) != 0)
    return user_error("unexpected argument \"" + argument + "\"").hint("values follow their flag; lists are written a,b,c");
  const std::string flag = argument.substr(0, argument.find('='));
  const std::string near = nearest(flag, flags);
  return user_error("unknown flag \"" + flag + "\"").hint(near.empty() ? "--help lists the known ones" : "did you mean " + near + "?");
}

void run_cli(CLI::App& app, Arguments arguments) {
  std::reverse(arguments.begin(), arguments.end());  // CLI11 wants them back to front
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ArgumentMismatch& error) {
    throw user_error(error.what()).hint("a flag is followed by its value; --help shows how");
  } catch (const CLI::ParseError& error) {
    throw user_error(error.what()).hint("--help lists the flags");
  }
}

/// "--input --output x": the value of --input was forgotten.
void refuse_flag_as_value(const Arguments& values, const std::string& flag, const std::vector<std::string>& flags) {
  for (const auto& value : values)
    if (std::count(flags.begin(), flags.end(), value) > 0)
      throw user_error("no value is given").at(flag).got(value).hint("a value must follow " + flag);
}

}  // namespace

bool OptionSet::parse(const std::vector<std::string>& arguments, const std::string& program, std::string* help) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  CLI::Option* help_flag = app.add_flag("-h,--help");
  CLI::Option* config_flag = app.add_option("--config")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  std::vector<CLI::Option*> flags;
  std::vector<std::string> known{"--help", "--config"}, valued{"--config"};
  for (const auto& option : options_) {
    flags.push_back(declare_flag(app, *option));
    known.push_back(option->flag());
    if (!detail::is_switch(*option)) valued.push_back(option->flag());
  }
  run_cli(app, with_values_apart(arguments, valued));
  if (help_flag->count() > 0) {
    if (help) *help = "Usage: " + program + " [options]\n\n" + help_text();
    return false;
  }
  for (const auto& extra : app.remaining()) throw unknown_argument(extra, known);
  refuse_flag_as_value(config_flag->results(), "--config", known);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]->count() == 0) continue;
    Option& option = *options_[i];
    refuse_flag_as_value(flags[i]->results(), option.flag(), known);
    detail::assign(option, detail::parse_flag(option, flags[i]->results(), option.flag()), option.flag());
  }
  for (const auto& file : config_flag->results()) read_toml(file);
  return true;
}

}  // namespace udrl

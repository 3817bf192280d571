// One list of flags, spelt for three shells.
#include "completion.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "udrl/base/listed.hpp"
#include "udrl/base/shell_quoted.hpp"

namespace udrl {
namespace {

/// How a flag is followed.
enum class Value { none, file, choice, other };
struct Flag {
  std::string name;  ///< without dashes
  std::string help;
  Value value = Value::other;
  std::vector<std::string> choices = {};
};

/// Its first clause: a list of completions has a line for each.
std::string brief(const std::string& help) {
  const std::string text = help.substr(0, help.find(';'));
  return text.size() <= 100 ? text : text.substr(0, text.rfind(' ', 100)) + " ...";
}

Value value_of(const Option& option) {
  if (std::holds_alternative<bool*>(option.target())) return Value::none;
  if (std::holds_alternative<std::filesystem::path*>(option.target())) return Value::file;
  return option.allowed().empty() ? Value::other : Value::choice;
}

std::vector<Flag> flags_of(const OptionSet& set) {
  std::vector<Flag> flags{{"config", "TOML file with the same options", Value::file},
                          {"help", "explain the options", Value::none}};
  for (const Option* option : set.options()) {
    const std::string name = option->flag().substr(option->flag().find_first_not_of('-'));
    flags.push_back({name, brief(option->help()), value_of(*option), option->allowed()});
    if (flags.back().value == Value::none) flags.push_back({"no-" + name, "the opposite", Value::none});
  }
  return flags;
}

std::string dashed(const std::string& name) { return (name.size() == 1 ? "-" : "--") + name; }
std::string spaced(const std::vector<std::string>& words) { return listed(words, " "); }

std::string function_name(std::string tool) {
  std::replace(tool.begin(), tool.end(), '-', '_');
  return "_" + tool;
}

bool has_commands(std::span<const Subcommand> subcommands) {
  return subcommands.size() > 1 || !subcommands.front().name.empty();
}

std::string indented(const std::string& text, const std::string& by) {
  std::string out;
  for (std::size_t at = 0, end = 0; at < text.size(); at = end + 1) {
    end = std::min(text.find('\n', at), text.size());
    out += by + text.substr(at, end - at) + "\n";
  }
  return out;
}

/// `of_command` for each, in a case of the word after the tool's name; `of_none` where that is not a command yet.
std::string cases(std::span<const Subcommand> subcommands, const std::string& word, const std::string& of_none,
                  const std::function<std::string(const Subcommand&)>& of_command) {
  if (!has_commands(subcommands)) return of_command(subcommands.front());
  std::string text = "case \"" + word + "\" in\n";
  for (const Subcommand& one : subcommands) text += one.name + ")\n" + indented(of_command(one), "  ") + "  ;;\n";
  return text + "*)\n" + indented(of_none, "  ") + "  ;;\nesac\n";
}

std::vector<std::string> names_of(std::span<const Subcommand> subcommands) {
  std::vector<std::string> names;
  for (const Subcommand& one : subcommands) names.push_back(one.name);
  return names;
}

// ---- bash ----
std::string bash_values(const std::vector<Flag>& flags, Value value) {
  std::vector<std::string> names;
  for (const Flag& flag : flags)
    if (flag.value == value) names.push_back(dashed(flag.name));
  return listed(names, "|");
}

std::string bash_command(const Subcommand& command) {
  const std::vector<Flag> flags = flags_of(command.options);
  std::string text = "case \"$before\" in\n";
  for (const Flag& flag : flags)
    if (flag.value == Value::choice)
      text += dashed(flag.name) + ") words=" + shell_quoted(spaced(flag.choices)) + " ;;\n";
  text += bash_values(flags, Value::file) + ") files=1 ;;\n";
  if (const std::string others = bash_values(flags, Value::other); !others.empty()) text += others + ") return ;;\n";
  std::vector<std::string> all;
  for (const Flag& flag : flags) all.push_back(dashed(flag.name));
  return text + "*) words=" + shell_quoted(spaced(all)) + " ;;\nesac\n";
}

std::string bash_script(const std::string& tool, std::span<const Subcommand> subcommands) {
  const std::string name = function_name(tool);
  const std::string choose = cases(subcommands, "${COMP_WORDS[1]}",
                                   "words=" + shell_quoted(spaced(names_of(subcommands))) + "\n", bash_command);
  return name + "() {\n  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words= files=\n" +
         indented(choose, "  ") +
         "  if [[ -n $files ]]; then\n    compopt -o filenames 2> /dev/null\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n  else\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n  fi\n}\ncomplete -F " +
         name + " " + tool + "\n";
}

// ---- zsh ----
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_value(const Flag& flag) {
  switch (flag.value) {
    case Value::none: return "";
    case Value::file: return ":file:_files";
    case Value::choice: return ":value:(" + spaced(flag.choices) + ")";
    case Value::other: return ":value: ";
  }
  return "";
}

std::string zsh_command(const Subcommand& command) {
  std::string text = "_arguments";
  for (const Flag& flag : flags_of(command.options))
    text += " \\\n  " + shell_quoted(dashed(flag.name) + "[" + zsh_text(flag.help) + "]" + zsh_value(flag));
  return text + "\n";
}

std::string zsh_script(const std::string& tool, std::span<const Subcommand> subcommands) {
  const std::string name = function_name(tool);
  std::string commands = "_values command";
  for (const Subcommand& one : subcommands)
    commands += " \\\n  " + shell_quoted(one.name + "[" + zsh_text(brief(one.help)) + "]");
  const auto of_command = [&](const Subcommand& one) {
    return (has_commands(subcommands) ? "shift words\n(( CURRENT-- ))\n" : "") + zsh_command(one);
  };
  return "#compdef " + tool + "\n" + name + "() {\n" +
         (has_commands(subcommands)
              ? "  if (( CURRENT == 2 )); then\n" + indented(commands, "    ") + "    return\n  fi\n"
              : "") +
         indented(cases(subcommands, "$words[2]", "_message 'no such command'\n", of_command), "  ") +
         "}\nif [[ \"$funcstack[1]\" == " + name + " ]]; then " + name + " \"$@\"; else compdef " + name + " " + tool +
         "; fi\n";
}

// ---- fish ----
std::string fish_value(const Flag& flag) {
  switch (flag.value) {
    case Value::none: return "";
    case Value::file: return " -r -F";
    case Value::choice: return " -x -a " + shell_quoted(spaced(flag.choices));
    case Value::other: return " -x";
  }
  return "";
}

std::string fish_script(const std::string& tool, std::span<const Subcommand> subcommands) {
  const std::string begin = "complete -c " + tool;
  std::string text = begin + " -f\n";
  for (const Subcommand& one : subcommands) {
    std::string when;
    if (has_commands(subcommands)) {
      text += begin + " -n __fish_use_subcommand -a " + one.name + " -d " + shell_quoted(brief(one.help)) + "\n";
      when = " -n " + shell_quoted("__fish_seen_subcommand_from " + one.name);
    }
    for (const Flag& flag : flags_of(one.options))
      text += begin + when + (flag.name.size() == 1 ? " -s " : " -l ") + flag.name + fish_value(flag) + " -d " +
              shell_quoted(flag.help) + "\n";
  }
  return text;
}

}  // namespace

std::string completion_script(Shell shell, const std::string& tool, std::span<const Subcommand> subcommands) {
  switch (shell) {
    case Shell::bash: return bash_script(tool, subcommands);
    case Shell::zsh: return zsh_script(tool, subcommands);
    case Shell::fish: return fish_script(tool, subcommands);
  }
  return "";
}

}  // namespace udrl

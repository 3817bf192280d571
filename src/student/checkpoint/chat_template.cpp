// The chat template: only constructs that both llama.cpp's Jinja and Python's render alike. Not for: other models'
// templates.
#include "chat_template.hpp"

#include "udrl/base/error.hpp"

namespace udrl::student {
namespace {

// What normalisation does, as far as a template can: the reserved character, sentencepiece's space mark, white space.
// Every message's content is looked at, the user's alone used: llama-server merges a system message into the user's
// where it sees that the template never looks at one.
constexpr const char* clean_message = R"({%- set found = namespace(text='') -%}
{%- for message in messages -%}
{%- set content = message['content'] -%}
{%- if message['role'] == 'user' -%}{%- set found.text = content -%}{%- endif -%}
{%- endfor -%}
{%- set clean = found.text.replace('⟨', '(').replace('▁', '').replace('\n', ' ').replace('\r', ' ').replace('\t', ' ') -%}
{{- bos_token -}}
{%- for part in clean.split(' ') -%}
{%- if part -%}{{- ' ' + part -}}{%- endif -%}
{%- endfor -%}
)";

constexpr const char* choose_task = R"({%- set asked = defaults[task if task is defined else first] -%}
{{- '⟨task:' ~ asked['task_index'] ~ '⟩' -}}
)";

/// What the client may set, and what stands there where it does not.
struct Argument {
  std::string name, piece, otherwise;  ///< `otherwise` is Jinja
  int low = 0, high = 0;
};

/// Writes ⟨piece:value⟩: a number in its range or 'any'; anything else is refused, not read as 0.
std::string ask(const Argument& argument) {
  const auto& [name, piece, otherwise, low, high] = argument;
  const std::string value = "value_" + piece, range = std::to_string(low) + " to " + std::to_string(high);
  return "{%- set " + value + " = " + otherwise + " -%}\n{%- if " + name + " is defined and " + name +
         " is string -%}{%- set " + value + " = 'any' if " + name + " == 'any' else " + name +
         " | int(-1) -%}{%- elif " + name + " is defined -%}{%- set " + value + " = " + name +
         " | int -%}{%- endif -%}\n{%- if " + value + " != 'any' and (" + value + " < " + std::to_string(low) + " or " +
         value + " > " + std::to_string(high) + ") -%}{{- raise_exception('" + name + ": any, or " + range +
         "') -}}{%- endif -%}\n{{- '⟨" + piece + ":' ~ " + value + " ~ '⟩' -}}\n";
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string default_entry(const command::Fitted& commands, int task_index) {
  const command::Command command = default_command(commands, task_index);
  return quoted(commands.task(task_index).name) + ": {'task_index': " + std::to_string(task_index) +
         ", 'words': " + std::to_string(command.words.value()) +
         ", 'return': " + std::to_string(command.return_bin.value()) + "}";
}

}  // namespace

command::Command default_command(const command::Fitted& commands, int task_index) {
  return commands.command(task_index, commands.default_words(task_index), "top");
}

std::string chat_template(const command::Fitted& commands) {
  if (commands.tasks.empty()) throw user_error("commands.json names no task").hint("tag the data again");
  std::string defaults;
  for (int task_index = 0; task_index < static_cast<int>(commands.tasks.size()); ++task_index)
    defaults += (task_index ? ", " : "") + default_entry(commands, task_index);
  std::string text = std::string(clean_message) + "{%- set defaults = {" + defaults +
                     "} -%}\n{%- set first = " + quoted(commands.tasks.front().name) + " -%}\n" + choose_task;
  text += ask({"words", "words", "asked['words']", 1, command::max_words});
  text += ask({"return", "return", "asked['return']", 0, commands.bins - 1});
  for (std::size_t i = 0; i < commands.auxiliary.size(); ++i)
    text += ask({commands.auxiliary[i].name, "return" + std::to_string(i + 2), "'any'", 0, commands.bins - 1});
  return text + "{{- '⟨gen⟩' -}}\n";
}

}  // namespace udrl::student

// The chat template: only constructs that both llama.cpp's Jinja and Python's render alike. Not for: other models'
// templates.
#include "udrl/student/chat_template.hpp"

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

constexpr const char* ask = R"({%- set asked = defaults[task if task is defined else first] -%}
{%- set asked_words = words | int if words is defined else asked['words'] -%}
{%- set asked_return = return | int if return is defined else asked['return'] -%}
{{- '⟨task:' ~ asked['slot'] ~ '⟩⟨words:' ~ asked_words ~ '⟩⟨return:' ~ asked_return ~ '⟩' -}}
)";

/// A further return is `any` where the client does not say. Its argument has the name of its scorer.
std::string ask_further(const std::string& name, int which) {
  const std::string number = std::to_string(which + 1);
  return "{{- '⟨return" + number + ":' ~ (" + name + " | int if " + name + " is defined else 'any') ~ '⟩' -}}\n";
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string default_entry(const command::Fitted& commands, int slot) {
  const command::Command command = default_command(commands, slot);
  return quoted(commands.task(slot).name) + ": {'slot': " + std::to_string(slot) +
         ", 'words': " + std::to_string(command.words.value()) +
         ", 'return': " + std::to_string(command.return_bin.value()) + "}";
}

}  // namespace

command::Command default_command(const command::Fitted& commands, int slot) {
  return commands.command(slot, commands.default_words(slot), "top");
}

std::string chat_template(const command::Fitted& commands) {
  if (commands.tasks.empty()) throw user_error("commands.json names no task").hint("tag the data again");
  std::string defaults;
  for (int slot = 0; slot < static_cast<int>(commands.tasks.size()); ++slot)
    defaults += (slot ? ", " : "") + default_entry(commands, slot);
  std::string text = std::string(clean_message) + "{%- set defaults = {" + defaults +
                     "} -%}\n{%- set first = " + quoted(commands.tasks.front().name) + " -%}\n" + ask;
  for (std::size_t i = 0; i < commands.further.size(); ++i)
    text += ask_further(commands.further[i].name, static_cast<int>(i) + 1);
  return text + "{{- '⟨gen⟩' -}}\n";
}

}  // namespace udrl::student

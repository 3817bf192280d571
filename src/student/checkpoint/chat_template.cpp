// The chat template: only constructs that both llama.cpp's Jinja and Python's render alike. Not for: other models'
// templates.
#include "chat_template.hpp"

#include "udrl/base/error.hpp"

namespace udrl::student {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

template <class Names>
std::string quoted_list(const Names& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + quoted(name);
  return "[" + out + "]";
}

// The texts of the messages that count, whatever kind of content a client sends: a text, parts, or none. A system
// message counts if it begins with the name of a command. An assistant's message that no user's follows is what is
// written already. Every message's content is looked at, the system's too: llama-server merges a system message into
// the user's where it sees that the template never looks at one.
constexpr const char* find_texts = R"({%- set found = namespace(content='', system='', user='', have='') -%}
{%- for message in messages -%}
{%- set content = message['content'] -%}
{%- set found.content = '' -%}
{%- if content is string -%}{%- set found.content = content -%}
{%- elif content -%}
{%- for part in content -%}
{%- if part is string -%}{%- set found.content = found.content ~ ' ' ~ part -%}
{%- elif part['type'] == 'text' -%}{%- set found.content = found.content ~ ' ' ~ part['text'] -%}
{%- else -%}{{- raise_exception('this model reads text alone, and a message has a part of the type ' ~ part['type']) -}}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
{%- if message['role'] == 'system' or message['role'] == 'developer' -%}
{%- if found.content.split(':')[0].strip().lower() in names -%}{%- set found.system = found.content -%}{%- endif -%}
{%- elif message['role'] == 'user' -%}{%- set found.user = found.content -%}{%- set found.have = '' -%}
{%- elif message['role'] == 'assistant' -%}{%- set found.have = found.content -%}
{%- endif -%}
{%- endfor -%}
)";

/// A text without the reserved character and sentencepiece's space mark, and with no white space but spaces.
std::string cleaned(const std::string& text) {
  return text + R"(.replace('⟨', '(').replace('▁', '').replace('\n', ' ').replace('\r', ' ').replace('\t', ' '))";
}

/// Writes a text with one space before each word, as normalisation leaves it.
std::string spaced(const std::string& text) {
  return "{%- for part in " + cleaned(text) + R"(.split(' ') -%}
{%- if part -%}{{- ' ' + part -}}{%- endif -%}
{%- endfor -%}
)";
}

/// What is asked beside the task: how clients and the sequence name it, and its highest value.
struct Argument {
  std::string name, piece;
  int low = 0, high = 0;
};

std::vector<Argument> arguments_of(const command::Fitted& commands) {
  std::vector<Argument> arguments{{"words", "words", 1, command::max_words},
                                  {"return", "return", 0, commands.bins - 1}};
  for (std::size_t i = 0; i < commands.auxiliary.size(); ++i)
    arguments.push_back({commands.auxiliary[i].name, "return" + std::to_string(i + 2), 0, commands.bins - 1});
  return arguments;
}

std::string asked_by(const Argument& argument) { return "asked." + argument.piece + "_"; }

constexpr const char* ask_mention_by_argument = "{%- set asked.mention = mention if mention is defined else none -%}\n";
constexpr const char* ask_mention_by_system =
    "{%- elif key == 'mention' -%}{%- set asked.mention = pair[1].strip().lower() -%}\n";

/// What the client sets by template arguments; nothing but the task where it sets none.
std::string asked_by_arguments(const std::vector<Argument>& arguments, bool mentions) {
  std::string text = "{%- set asked = namespace(task=task if task is defined else first) -%}\n";
  for (const Argument& argument : arguments)
    text += "{%- set " + asked_by(argument) + " = " + argument.name + " if " + argument.name +
            " is defined else none -%}\n";
  return text + (mentions ? ask_mention_by_argument : "");
}

/// The system message, "task: poster, words: 12", counts more than arguments, which a server may set for all requests.
std::string asked_by_system(const std::vector<Argument>& arguments, bool mentions) {
  std::string text = R"({%- for part in found.system.replace('\n', ',').replace(';', ',').split(',') -%}
{%- if part.strip() -%}
{%- set pair = part.split(':') -%}
{%- set key = pair[0].strip().lower() -%}
{%- if pair | length != 2 or key not in names -%}{{- raise_exception('the system message says ' ~ part.strip() ~ ', but can only set ' ~ names | join(', ') ~ ', as in task: ' ~ first ~ ', words: 12)";
  text += mentions ? ", mention: harbor + boats" : "";
  text += R"(') -}}
{%- elif key == 'task' -%}{%- set asked.task = pair[1].strip() -%}
)";
  for (const Argument& argument : arguments)
    text +=
        "{%- elif key == " + quoted(argument.name) + " -%}{%- set " + asked_by(argument) + " = pair[1].strip() -%}\n";
  return text + (mentions ? ask_mention_by_system : "") + "{%- endif -%}\n{%- endif -%}\n{%- endfor -%}\n";
}

constexpr const char* choose_task =
    R"({%- if asked.task not in tasks -%}{{- raise_exception('there is no task ' ~ asked.task ~ '; the tasks are ' ~ tasks | join(', ')) -}}{%- endif -%}
{%- set defaults = defaults[asked.task] -%}
{{- '⟨task:' ~ defaults['task_index'] ~ '⟩' -}}
)";

/// Writes ⟨piece:value⟩: a number in its range, the task's top or lowest, or any; anything else is refused, not read
/// as 0.
std::string ask(const Argument& argument) {
  const std::string by_default = "defaults['" + argument.piece + "']", low = std::to_string(argument.low),
                    high = std::to_string(argument.high);
  const bool is_return = argument.piece != "words";
  std::string text = "{%- set value = " + asked_by(argument) +
                     " -%}\n{%- if value is none -%}{%- set value = " + by_default +
                     "['default'] -%}\n{%- elif value is string -%}\n";
  if (is_return)
    text +=
        "{%- if value == 'top' or value == 'lowest' -%}{%- set value = " + by_default + "[value] -%}\n{%- elif value";
  else text += "{%- if value";
  text +=
      " != 'any' -%}{%- set value = value | int(-1) -%}{%- endif -%}\n{%- else -%}{%- set value = value | int -%}\n"
      "{%- endif -%}\n{%- if value != 'any' and (value < " +
      low + " or value > " + high + ") -%}{{- raise_exception('" + argument.name + ": any, " +
      (is_return ? "top, lowest, " : "") + "or " + low + " to " + high + "') -}}{%- endif -%}\n";
  return text + "{{- '⟨" + argument.piece + ":' ~ value ~ '⟩' -}}\n";
}

// A template has no ideas, so "auto" names no words. A list is of words in any case, which the last comma says.
constexpr const char* find_mention = R"({%- set mention = asked.mention -%}
{%- if mention is none -%}{%- set mention = 'auto' -%}
{%- elif mention is not string -%}
{%- if mention is mapping or mention is not iterable -%}{{- raise_exception('mention: words, as in harbor + boats, or auto, or none') -}}{%- endif -%}
{%- set mention = mention | join(',') ~ ',' -%}
{%- endif -%}
{%- set told = namespace(words='', word='') -%}
)";

/// Writes words as training tells them. In llama.cpp, `lower` leaves letters beyond ASCII as they are.
std::string write_mention() {
  return std::string(find_mention) + "{%- if mention.strip() not in ['auto', 'none'] -%}\n{%- for word in " +
         cleaned("mention.lower()") + R"(.replace('+', ',').replace('&', ',').split(',') -%}
{%- set told.word = '' -%}
{%- for part in word.split(' ') -%}
{%- if part -%}{%- set told.word = told.word ~ ' ' ~ part -%}{%- endif -%}
{%- endfor -%}
{%- if told.word -%}{%- set told.words = told.words ~ (',' if told.words else '') ~ told.word -%}{%- endif -%}
{%- endfor -%}
{%- endif -%}
{%- if told.words -%}{{- '⟨mention⟩' -}}{{- told.words -}}{%- endif -%}
)";
}

// Written as the student's own tools write it: see command::as_written. transformers puts a mark behind a message
// that is to be continued, and cuts the prompt at the last such mark. What it cuts off must hold the message as it
// was, for it looks.
constexpr const char* find_beginning = R"({%- set mark = 'CONTINUE_FINAL_MESSAGE_TAG' -%}
{%- set have = found.have.replace(mark, '').strip() -%}
{%- if have | length > 1 and have[:1] in 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' and have[1:2] in ' abcdefghijklmnopqrstuvwxyz' -%}
{%- set have = have[:1].lower() ~ have[1:] -%}
{%- endif -%}
)";

std::string write_beginning() {
  return std::string(find_beginning) + "{%- if have -%}{{- '⟨have⟩' -}}\n" + spaced("have") +
         "{%- endif -%}\n{{- '⟨gen⟩' -}}\n{%- if mark in found.have -%}"
         "{{- mark ~ ' ' ~ found.have.replace(mark, '').replace('⟨', '(') -}}{%- endif -%}\n";
}

std::string default_entry(const command::Fitted& commands, int task_index) {
  const command::Command command = default_command(commands, task_index);
  auto entry = [](const std::string& name, const std::string& by_default, int top, int lowest) {
    return ", '" + name + "': {'default': " + by_default + ", 'top': " + std::to_string(top) +
           ", 'lowest': " + std::to_string(lowest) + "}";
  };
  std::string text = quoted(commands.task(task_index).name) + ": {'task_index': " + std::to_string(task_index) +
                     ", 'words': {'default': " + std::to_string(command.words.value()) + "}";
  for (int which = 0; which < commands.returns(); ++which)
    text += entry(which == 0 ? "return" : "return" + std::to_string(which + 1),
                  which == 0 ? std::to_string(command.return_bin.value()) : "'any'",
                  which == 0 ? command.return_bin.value() : commands.top_return(task_index, {}, which),
                  commands.lowest_return(task_index, {}, which));
  return text + "}";
}

std::string set_names(const command::Fitted& commands, const std::vector<Argument>& arguments) {
  std::vector<std::string> names{"task"}, tasks;
  for (const Argument& argument : arguments) names.push_back(argument.name);
  if (commands.mentions) names.emplace_back("mention");
  std::string defaults;
  for (int task_index = 0; task_index < static_cast<int>(commands.tasks.size()); ++task_index) {
    tasks.push_back(commands.task(task_index).name);
    defaults += (task_index ? ", " : "") + default_entry(commands, task_index);
  }
  return "{%- set names = " + quoted_list(names) + " -%}\n{%- set tasks = " + quoted_list(tasks) +
         " -%}\n{%- set first = tasks[0] -%}\n{%- set defaults = {" + defaults + "} -%}\n";
}

}  // namespace

command::Command default_command(const command::Fitted& commands, int task_index) {
  return commands.command(task_index, commands.default_words(task_index), "top");
}

std::string chat_template(const command::Fitted& commands) {
  if (commands.tasks.empty()) throw user_error("commands.json names no task").hint("tag the data again");
  const std::vector<Argument> arguments = arguments_of(commands);
  std::string text = set_names(commands, arguments) + find_texts + asked_by_arguments(arguments, commands.mentions) +
                     asked_by_system(arguments, commands.mentions) + "{{- bos_token -}}\n" + spaced("found.user") +
                     choose_task;
  for (const Argument& argument : arguments) text += ask(argument);
  return text + (commands.mentions ? write_mention() : "") + write_beginning();
}

}  // namespace udrl::student

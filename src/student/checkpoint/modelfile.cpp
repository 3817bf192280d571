// The Modelfile of `ollama create`. Ollama does not read the chat template in the GGUF but a template of Go, which says
// the same as far as Go's language goes: commands of a system message in their usual order. Not for: llama.cpp.
#include "chat_template.hpp"
#include "client_sampling.hpp"
#include "quoting.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/model_card.hpp"

namespace udrl::student {
namespace {

// Go has no loop over characters, but templates that call themselves. A text goes in with a space before it.
constexpr const char* clean_text = R"({{- define "clean" -}}
{{- if . -}}
{{- $c := printf "%.1s" . -}}{{- $rest := slice . (len $c) -}}{{- $next := printf "%.1s" $rest -}}
{{- if eq $c " " "\n" "\r" "\t" -}}{{- if not (eq $next "" " " "\n" "\r" "\t") }} {{ end -}}
{{- else if eq $c "⟨" -}}(
{{- else if ne $c "▁" -}}{{- $c -}}{{- end -}}
{{- template "clean" $rest -}}
{{- end -}}
{{- end -}}
)";

constexpr const char* find_texts = R"({{- $asked := "" -}}{{- $intent := "" -}}{{- $have := "" -}}
{{- range .Messages -}}
{{- if eq .Role "system" -}}{{- $asked = .Content -}}
{{- else if eq .Role "user" -}}{{- $intent = .Content -}}{{- $have = "" -}}
{{- else if eq .Role "assistant" -}}{{- $have = .Content -}}{{- end -}}
{{- end -}}
)";

/// Go's only way to refuse: a template that there is not. Its name is what is said.
std::string refuse(const std::string& words) { return "{{- template " + json_quoted(words) + " -}}"; }

/// Whether $rest begins with a text.
std::string begins(const std::string& text) {
  return "eq (printf \"%." + std::to_string(data::count_characters(text)) + "s\" $rest) " + json_quoted(text);
}

std::string defaults_of(const command::Fitted& commands, int task_index) {
  const command::Command command = default_command(commands, task_index);
  auto set = [](const std::string& name, int value) {
    return "{{- $" + name + " = \"" + std::to_string(value) + "\" -}}";
  };
  return set("task", task_index) + set("words", command.words.value()) + set("top", command.return_bin.value()) +
         set("lowest", commands.lowest_return(task_index));
}

/// "task: NAME", with a comma behind it or nothing.
std::string choose_task(const command::Fitted& commands) {
  std::string
      text = R"({{- $task := "" -}}{{- $words := "" -}}{{- $return := "top" -}}{{- $top := "" -}}{{- $lowest := "" -}}
)" + defaults_of(commands, 0) +
             "\n{{- $rest := $asked -}}\n",
      tasks;
  for (int task_index = 0; task_index < static_cast<int>(commands.tasks.size()); ++task_index) {
    const std::string& name = commands.task(task_index).name;
    const std::string said = "task: " + name, length = std::to_string(said.size());
    text += "{{- if " + begins(said) + " -}}{{- $next := slice $rest " + length +
            " -}}{{- if eq (printf \"%.1s\" $next) \"\" \",\" -}}" + defaults_of(commands, task_index) +
            "{{- $rest = $next -}}{{- end -}}{{- end -}}\n";
    tasks += (tasks.empty() ? "" : ", ") + name;
  }
  return text + "{{- if " + begins("task: ") + " -}}" + refuse("there is no such task; the tasks are " + tasks) +
         "{{- end -}}\n{{- if or (" + begins("words: ") + ") (" + begins("return: ") +
         ") -}}{{- $rest = printf \", %s\" $rest -}}{{- end -}}\n";
}

/// ", NAME: VALUE": a value ends at a comma or with the message.
std::string take(const std::string& name, const std::string& values, const std::string& said) {
  const std::string before = ", " + name + ": ";
  std::string text = "{{- if " + begins(before) + " -}}{{- $rest = slice $rest " + std::to_string(before.size()) +
                     " -}}{{- $" + name + " = \"\" -}}\n",
              otherwise;
  for (const char* value_length : {"1", "2", "3", "6"}) {  // 9, 12, any or top, lowest
    const std::string length(value_length);
    text += "{{- " + otherwise + "if and (ge (len $rest) " + length + ") (eq (printf \"%.1s\" (slice $rest " + length +
            ")) \"\" \",\") -}}{{- $" + name + " = slice $rest 0 " + length + " -}}{{- $rest = slice $rest " + length +
            " -}}\n";
    otherwise = "else ";
  }
  return text + "{{- end -}}\n{{- if not (eq $" + name + " \"any\"" + values + ") -}}" + refuse(said) +
         "{{- end -}}{{- end -}}\n";
}

std::string numbers(int low, int high) {
  std::string text;
  for (int n = low; n <= high; ++n) text += " \"" + std::to_string(n) + "\"";
  return text;
}

std::string go_template(const command::Fitted& commands) {
  const int most = commands.bins - 1;
  std::string text = std::string(clean_text) + find_texts + choose_task(commands);
  text += take("words", numbers(1, command::max_words), "words: any, or 1 to " + std::to_string(command::max_words));
  text += take("return", " \"top\" \"lowest\"" + numbers(0, most),
               "return: any, top, lowest, or 0 to " + std::to_string(most));
  text +=
      "{{- if " + begins(",") + " -}}" +
      refuse("the system message may say task, words and return, in this order, as in task: " +
             commands.tasks.front().name + ", words: 12, return: top") +
      "{{- end -}}\n{{- if eq $return \"top\" -}}{{- $return = $top -}}{{- else if eq $return \"lowest\" -}}"
      "{{- $return = $lowest -}}{{- end -}}\n"
      "{{- template \"clean\" (printf \" %s\" $intent) -}}⟨task:{{ $task }}⟩⟨words:{{ $words }}⟩⟨return:{{ $return }}⟩";
  for (int which = 1; which < commands.returns(); ++which) text += command::return_piece({}, which);
  return text + "\n{{- if $have }}⟨have⟩{{ template \"clean\" (printf \" %s\" $have) }}{{ end -}}\n⟨gen⟩";
}

std::string parameter(const std::string& name, const std::string& value) {
  return "PARAMETER " + name + " " + value + "\n";
}
std::string parameter(const std::string& name, int value) { return parameter(name, std::to_string(value)); }
std::string parameter(const std::string& name, double value) { return parameter(name, client_sampling::text(value)); }

}  // namespace

std::string modelfile_text(const ModelCard& card, const StudentConfig& config, const command::Fitted& commands) {
  const std::string name = data::normalise(card.name);  // of one line
  return "# " + name + " for Ollama: ollama create " + name + " -f Modelfile\nFROM ./student.gguf\nTEMPLATE \"\"\"" +
         go_template(commands) + "\"\"\"\n" + parameter("num_ctx", config.n_positions) +
         parameter("num_predict", client_sampling::most_tokens(config)) +
         parameter("temperature", client_sampling::temperature) + parameter("top_p", client_sampling::top_p) +
         parameter("repeat_penalty", client_sampling::repeat_penalty) + "LICENSE \"\"\"" +
         data::normalise(card.licence) + "\"\"\"\n";
}

}  // namespace udrl::student

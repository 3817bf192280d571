// The text of a model card, from a few figures. What comes from data is quoted for the language that it stands in.
// Not for: measuring them, the Modelfile (modelfile.cpp), or the card of a folder without the files of a checkpoint
// (gguf_card.cpp).
#include "udrl/student/model_card.hpp"

#include <nlohmann/json.hpp>

#include "card_lines.hpp"
#include "chat_template.hpp"
#include "client_sampling.hpp"
#include "quoting.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/student/gguf_export.hpp"

namespace udrl::student {
namespace {

std::string thousands(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string sequence(const command::Command& command, const std::string& intent) {
  std::string text;
  for (const lm::Segment& segment : command::sequence_prompt(intent, command)) text += segment.text;
  return text;
}

std::string yaml_header(const ModelCard& card) {
  return std::string("---") + card_lines::licence + yaml_word(card.licence) + "\nlanguage: en" +
         card_lines::transformers_library + "\npipeline_tag: text-generation" + card_lines::tags +
         "gpt2, udrl, prompt-generation]\n---\n";
}

std::string what_it_is(const ModelCard& card, const StudentConfig& config, const command::Fitted& commands) {
  std::vector<std::string> tasks;
  for (const command::FittedTask& task : commands.tasks) tasks.push_back(markdown_code(task.name));
  std::string text = "# " + markdown_text(card.name) + "\n\nA GPT-2 of " + thousands(config.parameter_count()) +
                     " parameters (embeddings included) that turns a short intent (\"" + markdown_text(card.example) +
                     "\") into a text of these kinds: " + enumerated(tasks) + ". It was trained by udrl, from " +
                     (card.started_from.empty() ? "nothing" : "the weights of " + markdown_text(card.started_from));
  std::vector<std::string> teachers;
  for (const std::string& teacher : card.teachers) teachers.push_back(markdown_text(teacher));
  if (!teachers.empty()) text += ", on answers of " + enumerated(teachers);
  return text +
         ", with upside-down reinforcement learning: each training answer carries the return that it achieved and its "
         "number of words as commands, and the student is asked for the return and the length that you want.\n\n"
         "It writes English texts of the kinds above and nothing else: it follows no instructions, knows no facts, "
         "and was not filtered beyond what its teachers say.\n";
}

std::string tasks_table(const command::Fitted& commands) {
  std::string text = "\n## What can be asked\n\n| task | piece | words by default | returns |\n|---|---|---|---|\n";
  for (int task_index = 0; task_index < static_cast<int>(commands.tasks.size()); ++task_index) {
    const command::Command command = default_command(commands, task_index);
    text += "| " + markdown_text(commands.task(task_index).name) + " | `" + command::task_piece(task_index) + "` | " +
            std::to_string(command.words.value()) + " | " + std::to_string(commands.lowest_return(task_index)) +
            " (lowest) to " + std::to_string(commands.top_return(task_index)) + " (top) |\n";
  }
  text +=
      "\n`⟨words:any⟩` and `⟨return:any⟩` leave the choice to the student. `commands.json` holds what the data "
      "supports.";
  for (std::size_t i = 0; i < commands.auxiliary.size(); ++i) {
    const std::string piece = command::return_piece(commands.bins - 1, static_cast<int>(i) + 1);
    text += " `" + piece + "` asks for the highest bin of `" + commands.auxiliary[i].name + "`" +
            (commands.auxiliary[i].weight < 0 ? ", which has the least of it." : ".");
  }
  if (commands.countdown) {
    text += " The student counts down as it writes (`⟨left:8⟩` before the last eight words): skip these tokens.";
  }
  return text + "\n";
}

std::string table(const std::string& title, const CardRows& rows) {
  if (rows.empty()) return "";
  std::string text = "\n## " + title + "\n\n| | |\n|---|---|\n";
  for (const auto& [name, value] : rows) text += "| " + markdown_text(name) + " | " + markdown_text(value) + " |\n";
  return text;
}

std::string shape_rows(const StudentConfig& config) {
  return table("Shape", {{"parameters", thousands(config.parameter_count())},
                         {"layers", std::to_string(config.n_layer)},
                         {"width", std::to_string(config.n_embd)},
                         {"heads", std::to_string(config.n_head)},
                         {"positions (the context to set)", std::to_string(config.n_positions)},
                         {"vocabulary", thousands(static_cast<std::uint64_t>(config.vocab_size))}});
}

std::string fenced(const std::string& language, const std::string& code) {
  return "\n```" + language + "\n" + code + "\n```\n";
}

std::string with_udrl(const ModelCard& card, const command::Fitted& commands) {
  return "\n## How to ask it\n\nWith udrl:\n" +
         fenced("sh", "udrl-generate --model . --task " + shell_quoted(commands.tasks.front().name) + " --intent " +
                          shell_quoted(card.example) + " --words 20 --return top" +
                          (commands.auxiliary.empty() ? "" : "+" + commands.auxiliary.front().name + "=top") + " -n 4");
}

/// What a client sends: the last task, so that one sees how to name it.
std::string chat_request(const ModelCard& card, const command::Fitted& commands) {
  const int task_index = static_cast<int>(commands.tasks.size()) - 1;
  const command::Command command = default_command(commands, task_index);
  using Json = nlohmann::ordered_json;
  const std::string asked =
      "task: " + commands.task(task_index).name + ", words: " + std::to_string(command.words.value()) + ", return: top";
  const Json messages = {{{"role", "system"}, {"content", asked}}, {{"role", "user"}, {"content", card.example}}};
  return data::json_line(Json{{"messages", messages}});
}

std::string context_advice(const StudentConfig& config) {
  return "\nIt was trained with " + std::to_string(config.n_positions) +
         " positions, prompt and answer together: set that as context (llama.cpp rounds it up to a multiple of 256). "
         "`student.gguf` repeats the last position up to " +
         thousands(static_cast<std::uint64_t>(gguf_positions(config.n_positions))) +
         ", so that a host with a longer context goes on instead of ending, but nothing was learned there.\n";
}

std::string with_llama(const ModelCard& card, const StudentConfig& config, const command::Fitted& commands) {
  std::vector<std::string> arguments{"`task`", "`words`", "`return`"};
  for (const auto& auxiliary : commands.auxiliary) arguments.push_back("`" + auxiliary.name + "`");
  const std::string names = enumerated(arguments), context = std::to_string(config.n_positions);
  return "\nWith llama.cpp, as a chat: the template in the file adds the commands. A system message sets " + names +
         " (`chat_template_kwargs` may too); without one it is the first task. Values are numbers, `any`, and for "
         "returns `top` and `lowest`. What the user says is the intent and never a command. A last message of the "
         "assistant is what is written already; llama-server begins its answer with it.\n" +
         fenced("sh", "llama-server -m student.gguf -c " + context + card_lines::server_of_python +
                          " --model student.gguf --n_ctx " + context + "\n" +
                          "curl localhost:8080/v1/chat/completions -H 'Content-Type: application/json' \\\n  -d " +
                          shell_quoted(chat_request(card, commands))) +
         context_advice(config);
}

std::string with_transformers(const std::string& prompt, int max_new_tokens) {
  return std::string(card_lines::with_transformers) +
         " (the text begins with a space; commands follow it without one):\n" +
         fenced("python",
                "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
                "tokenizer = AutoTokenizer.from_pretrained(\".\")\n"
                "model = AutoModelForCausalLM.from_pretrained(\".\")\n"
                "inputs = tokenizer(" +
                    json_quoted(prompt) +
                    ", return_tensors=\"pt\")\n"
                    "output = model.generate(**inputs, do_sample=True, temperature=" +
                    client_sampling::text(client_sampling::temperature) +
                    ", max_new_tokens=" + std::to_string(max_new_tokens) +
                    ")\n"
                    "print(tokenizer.decode(output[0, inputs.input_ids.shape[1]:], skip_special_tokens=True))");
}

std::string with_ollama() {
  return "\nWith Ollama, which takes the same system messages where they name the task first and the words before the "
         "return:\n" +
         fenced("sh", "ollama create udrl-student -f Modelfile\nollama run udrl-student") +
         "\nText that a user types should be normalised first: white space collapsed, `⟨` (which opens every command) "
         "replaced. The "
         "udrl tools and the chat template do that; raw completions and Ollama's template do not.\n"
         "\nThe student writes answers in lower case at their beginning, and in JSON with a space before each value, "
         "so that a word is spelt as in the intent. The udrl tools show them with a capital and without these spaces; "
         "other clients show them as they are.\n";
}

/// For a student that learned to mention words.
std::string with_mention(const ModelCard& card, const command::Fitted& commands) {
  if (!commands.mentions) return "";
  return "\n## Words to mention\n\nTraining told this student some words of its answers, though of none that is JSON: "
         "`⟨mention⟩ harbor, boats`, before `⟨gen⟩` or `⟨have⟩`, asks for an answer that holds these words. It may "
         "leave some out. Where you name no words, udrl's tools propose some that fit the request, other "
         "ones for each answer, from the table `ideas.safetensors` in this folder, if there is one. Name your own, or "
         "turn it off with `--mention none`:\n" +
         fenced("sh", "udrl-generate --model . --task " + shell_quoted(commands.tasks.front().name) + " --intent " +
                          shell_quoted(card.example) + " --mention 'harbor, boats'") +
         "\nOther clients propose no words, for udrl's tools alone read that table. In a chat with " +
         card_lines::mentioning_clients +
         ", name them in the system message, with a plus between two (`mention: harbor + boats`), or by the template "
         "argument `mention`. Ollama's template does not take them.\n";
}

}  // namespace

std::string model_card_text(const ModelCard& card, const StudentConfig& config, const command::Fitted& commands) {
  return yaml_header(card) + what_it_is(card, config, commands) + tasks_table(commands) + with_udrl(card, commands) +
         with_llama(card, config, commands) +
         with_transformers(sequence(default_command(commands, 0), card.example), client_sampling::most_tokens(config)) +
         with_ollama() + with_mention(card, commands) + shape_rows(config) + table("Data", card.data) +
         table("Training", card.training) + table("Measured", card.metrics) + "\n## Licence\n" + card_lines::weights +
         markdown_text(card.licence) + ". The teachers' own terms may add to that.\n";
}

}  // namespace udrl::student

#include "checkpoint/chat_template.hpp"

#include <algorithm>

#include "answer/chat_template.hpp"
#include "catch.hpp"
#include "student/reference.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/data/text.hpp"
#include "udrl/inference/student_model.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/student/gguf_export.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

std::unique_ptr<lm::LanguageModel> exported(const tiny::Folder& folder,
                                            const command::Fitted& commands = tiny::commands()) {
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()), commands);
  lm::ModelOptions options;
  options.gguf = export_gguf(folder.path()).file;
  options.slots = 2;
  return lm::open_model(options);
}

std::string rendered(const lm::LanguageModel& model, const std::vector<lm::Message>& messages) {
  std::string text;
  for (const lm::Segment& segment : model.chat(messages)) text += segment.text;
  return text;
}

/// What follows the task where a client sets arguments, as Jinja.
std::string with_arguments(const std::string& arguments) {
  const lm::ChatTemplate program(arguments + chat_template(tiny::with_auxiliary({"novelty"})), "⟨s⟩", "⟨/s⟩");
  std::string text;
  for (const lm::Segment& segment : program.render(std::vector<lm::Message>{{lm::Role::user, "x"}}))
    text += segment.text;
  return text.substr(text.find("⟨words"));
}

lm::Request greedy(lm::Prompt prompt, int max_tokens) {
  lm::Request request;
  request.prompt = std::move(prompt);
  request.sampling.temperature = 0;
  request.sampling.max_tokens = max_tokens;
  return request;
}

// The likeliest piece that is text, or any with `control`, or the end.
int best_id(const std::vector<double>& logits, bool control) {
  const Tokenizer& tokenizer = tiny::tokenizer();
  int best = tokenizer.eos_id();
  for (int id = 0; id < tokenizer.vocab_size(); ++id) {
    const bool better = logits[static_cast<std::size_t>(id)] > logits[static_cast<std::size_t>(best)];
    if (better && (control || !tokenizer.is_control(id))) best = id;
  }
  return best;
}

}  // namespace

TEST_CASE("the default asks the top return at the median length") {
  const command::Command command = default_command(tiny::commands(), 1);
  CHECK(command.task_index == 1);
  CHECK(command.words == 9);
  CHECK(command.return_bin == 4);
}

TEST_CASE("a user message becomes a sequence in llama.cpp's Jinja") {
  const tiny::Folder folder;
  const auto model = exported(folder);
  CHECK(rendered(*model, {{lm::Role::user, "holiday sale"}}) == "⟨s⟩ holiday sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨gen⟩");
}

TEST_CASE("the template normalises what is typed as our own code does, but for Unicode forms") {
  const tiny::Folder folder;
  const auto model = exported(folder);
  const std::string typed = GENERATE("  two   spaces ", "line\nbreak\ttab\r\n", "⟨gen⟩ ⟨task:3⟩", "a▁b",
                                     "it's \"quoted\" {{ 7*7 }} {% if %}", "<s> x");
  CHECK(rendered(*model, {{lm::Role::user, typed}}) ==
        "⟨s⟩ " + data::normalise(typed) + "⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨gen⟩");
}

TEST_CASE("auxiliary returns are left to the student") {
  const tiny::Folder folder;
  const auto model = exported(folder, tiny::with_auxiliary({"novelty", "fluency"}));
  CHECK(rendered(*model, {{lm::Role::user, "holiday sale"}}) ==
        "⟨s⟩ holiday sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨return2:any⟩⟨return3:any⟩⟨gen⟩");
}

TEST_CASE("a client sets commands by name, as numbers, texts or any") {
  CHECK(with_arguments("") == "⟨words:18⟩⟨return:4⟩⟨return2:any⟩⟨gen⟩");
  CHECK(with_arguments("{%- set words = 7 -%}{%- set return = 0 -%}{%- set novelty = 3 -%}") ==
        "⟨words:7⟩⟨return:0⟩⟨return2:3⟩⟨gen⟩");
  CHECK(with_arguments("{%- set words = 'any' -%}{%- set return = '2' -%}{%- set novelty = 'any' -%}") ==
        "⟨words:any⟩⟨return:2⟩⟨return2:any⟩⟨gen⟩");
  CHECK(with_arguments("{%- set return = 'lowest' -%}{%- set novelty = 'top' -%}") ==
        "⟨words:18⟩⟨return:0⟩⟨return2:4⟩⟨gen⟩");
}

TEST_CASE("the template refuses what is no command") {
  const std::string wrong =
      GENERATE("{%- set return = 'best' -%}", "{%- set return = 5 -%}", "{%- set words = 0 -%}",
               "{%- set novelty = -1 -%}", "{%- set words = 'many' -%}", "{%- set words = 'top' -%}");
  CHECK_THROWS_AS(with_arguments(wrong), Error);
}

TEST_CASE(
    "words to mention are read by llama.cpp as a sequence has them, and without `mentions` nothing is said of them") {
  CHECK_THAT(chat_template(tiny::commands()), !Catch::Contains("mention"));
  const tiny::Folder folder;
  command::Fitted commands = tiny::commands();
  commands.mentions = true;
  const auto model = exported(folder, commands);
  const lm::Prompt chat = model->chat(
      std::vector<lm::Message>{{lm::Role::system, "mention: Marsun + <s>"}, {lm::Role::user, "holiday sale"}});
  command::Command asked = default_command(commands, 0);
  asked.mention = "marsun, <s>";
  const auto answers = lm::complete_all(
      *model, std::vector<lm::Request>{greedy(chat, 12), greedy(command::sequence_prompt("holiday sale", asked), 12)});
  CHECK(answers[0].tokens > 0);
  CHECK(answers[0].text == answers[1].text);
  CHECK(model->check(greedy(chat, 12)) == model->check(greedy(command::sequence_prompt("holiday sale", asked), 12)));
}

TEST_CASE("a student that counts down may write the counts, another may not") {
  const tiny::Folder folder;
  command::Fitted commands = tiny::commands();
  commands.countdown = GENERATE(false, true);
  exported(folder, commands);
  const auto student = inference::StudentModel::open(folder.path());
  const inference::Ask ask{"holiday sale", "image", "18", "top", ""};
  const auto& allowed = student.request(ask, student.resolve(ask).command, {}).sampling.allowed_control;
  CHECK(allowed.size() == (commands.countdown ? 10 : 0));
  if (commands.countdown) CHECK(allowed.front() == "⟨left:8⟩");
}

TEST_CASE("the last user message counts, other roles do not") {
  const tiny::Folder folder;
  const auto model = exported(folder);
  const std::vector<lm::Message> messages{{lm::Role::system, "be kind"},
                                          {lm::Role::user, "first"},
                                          {lm::Role::assistant, "answer"},
                                          {lm::Role::user, "second"}};
  CHECK(rendered(*model, messages) == "⟨s⟩ second⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨gen⟩");
}

TEST_CASE("a chat and a sequence prompt get the same answer") {
  const tiny::Folder folder;
  const auto model = exported(folder);
  const lm::Request chat = greedy(model->chat(std::vector<lm::Message>{{lm::Role::user, "marsun sale"}}), 12);
  const lm::Request sequence =
      greedy(command::sequence_prompt("marsun sale", default_command(tiny::commands(), 0)), 12);
  const auto answers = lm::complete_all(*model, std::vector<lm::Request>{chat, sequence});
  CHECK(answers[0].tokens > 0);
  CHECK(answers[0].text == answers[1].text);
}

TEST_CASE("greedy text through llama.cpp is the reference's, with and without control pieces") {
  const bool control = GENERATE(false, true);
  const tiny::Folder folder;
  const tiny::Weights weights(tiny::config());
  const auto model = exported(folder);
  const lm::Prompt prompt = command::sequence_prompt("marsun sale", {1, 9, 4});
  std::vector<int> ids = tiny::tokenizer().encode(prompt), answer;
  while (answer.size() < 10) {
    const int next = best_id(tiny::reference_logits(tiny::config(), weights, ids).back(), control);
    if (next == tiny::tokenizer().eos_id()) break;
    ids.push_back(next);
    answer.push_back(next);
  }
  lm::Request request = greedy(prompt, 10);
  if (control) request.sampling.allowed_control = command::control_pieces();
  const auto answers = lm::complete_all(*model, std::vector<lm::Request>{request});
  REQUIRE_FALSE(answer.empty());
  const bool drew_control =
      std::any_of(answer.begin(), answer.end(), [](int id) { return tiny::tokenizer().is_control(id); });
  CHECK(drew_control == control);
  CHECK(data::normalise(answers[0].text) == data::normalise(tiny::tokenizer().decode(answer)));
}

TEST_CASE("commands without a task are refused") {
  command::Fitted none = tiny::commands();
  none.tasks.clear();
  CHECK_THROWS_AS(chat_template(none), Error);
}

TEST_CASE("a control piece that the model lacks cannot be allowed") {
  const tiny::Folder folder;
  const auto model = exported(folder);
  lm::Request request = greedy(command::sequence_prompt("x", {0, 9, 4}), 4);
  request.sampling.allowed_control = {"⟨left:7⟩"};
  CHECK_THROWS_AS(lm::complete_all(*model, std::vector<lm::Request>{request}), Error);
}

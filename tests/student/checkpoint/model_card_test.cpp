// What stands in data does nothing in a model card: its shell lines are run, with programs that note their arguments.
// And what a card says of a folder without the checkpoint's files.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "checkpoint/quoting.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

const std::string hostile = "sale $(touch FILE) `touch FILE` '; touch FILE; \" | <script>x</script> \\ ```";

/// The blocks of a language, one after another.
std::string blocks(const std::string& card, const std::string& language) {
  std::string code, open = "\n```" + language + "\n", close = "\n```\n";
  for (std::size_t at = card.find(open); at != std::string::npos; at = card.find(open, at)) {
    at += open.size();
    const std::size_t end = card.find(close, at);
    code += card.substr(at, end - at) + "\n";
    at = end;
  }
  return code;
}

std::string without_code(std::string card) {
  for (std::size_t at = card.find("\n```"); at != std::string::npos; at = card.find("\n```", at))
    card.erase(at, card.find("\n```\n", at + 4) + 5 - at);
  return card;
}

void write_program(const std::filesystem::path& file) {
  write_file_atomic(file, "#!/bin/sh\nprintf '%s\\n' \"$@\" >> \"$(dirname \"$0\")/arguments\"\n");
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

std::string card_of(const std::string& text, const std::string& behind_tasks) {
  ModelCard card = tiny::card();
  card.example = text;
  card.teachers = {text};
  card.started_from = text;
  card.data = {{text, text}};
  command::Fitted commands = tiny::commands();
  for (command::FittedTask& task : commands.tasks) task.name += behind_tasks;
  commands.mentions = true;
  return model_card_text(card, tiny::config(), commands);
}

}  // namespace

TEST_CASE("the shell lines of a card pass on an intent and a task as they are, and run nothing in them") {
  const tiny::Folder folder;
  for (const char* program : {"udrl-generate", "llama-server", "curl", "ollama"}) write_program(folder / program);
  write_file_atomic(folder / "card.sh", blocks(card_of(hostile, hostile), "sh"));
  const std::string run = "cd '" + folder.path().string() + "' && PATH=\"$PWD:$PATH\" sh -e card.sh";
  REQUIRE(std::system(run.c_str()) == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "FILE"));
  const std::string arguments = read_file(folder / "arguments");
  CHECK_THAT(arguments, Catch::Contains("--task\nimage" + hostile + "\n--intent\n" + hostile + "\n"));
  CHECK_THAT(arguments, Catch::Contains("\n--intent\n" + hostile + "\n--mention\nharbor, boats\n"));
  const std::size_t body = arguments.find("\n{") + 1;
  const auto request = nlohmann::json::parse(arguments.substr(body, arguments.find('\n', body) - body));
  CHECK(request["messages"][0]["content"] == "task: template" + hostile + ", words: 9, return: top");
  CHECK(request["messages"][1]["content"] == hostile);
}

TEST_CASE("the text of a card shows data, and is no markup of it") {
  const std::string text = without_code(card_of(hostile, ""));
  CHECK_THAT(text, !Catch::Contains("<script>x"));
  CHECK_THAT(text, Catch::Contains("\\<script\\>x\\</script\\>"));
  CHECK_THAT(text, Catch::Contains("\\| \\<script"));  // in a cell
}

TEST_CASE("quotes of each language") {
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(json_quoted("a \"b\" \\ \n") == "\"a \\\"b\\\" \\\\ \\n\"");
  CHECK(markdown_text("a_b\n<i>") == "a\\_b \\<i\\>");
  CHECK(from_markdown_text(markdown_text(hostile)) == hostile);
  CHECK(yaml_word("cc-by-4.0") == "cc-by-4.0");
  CHECK(yaml_word("4.0: mine") == "\"4.0: mine\"");
  CHECK(markdown_code("image") == "`image`");
  CHECK(markdown_code("a `b` c") == "`` a `b` c ``");
}

TEST_CASE("the card says how words to mention are asked, of a student that learned to mention some") {
  command::Fitted commands = tiny::commands();
  CHECK_THAT(model_card_text(tiny::card(), tiny::config(), commands), !Catch::Contains("mention"));
  commands.mentions = true;
  const std::string card = model_card_text(tiny::card(), tiny::config(), commands);
  CHECK_THAT(card, Catch::Contains("## Words to mention") && Catch::Contains("--mention none"));
  CHECK_THAT(card, Catch::Contains("mention: harbor + boats"));
}

TEST_CASE("the card says which context to set, and how to ask for another task than the first") {
  const std::string card = model_card_text(tiny::card(), tiny::config(), tiny::commands());
  CHECK_THAT(card, Catch::Contains("llama-server -m student.gguf -c 64"));
  CHECK_THAT(card, Catch::Contains("--n_ctx 64"));
  CHECK_THAT(card, Catch::Contains("task: template, words: 9, return: top"));
}

TEST_CASE("the card of a student.gguf alone asks for no file of the checkpoint, and for no Python") {
  const std::string before = card_of(hostile, "");
  const std::string card = gguf_card_text(before, names_of_card(before));
  for (const char* absent : {"transformers", "python", "tokenizer", "config.json", "model.safetensors"})
    CHECK_THAT(card, !Catch::Contains(absent));
  CHECK_THAT(card, Catch::Contains("\nlibrary_name: gguf\n") && Catch::Contains("\ntags: [gguf, gpt2, udrl, "));
  CHECK_THAT(card, Catch::Contains("\nllama-server -m student.gguf -c 64\ncurl "));
  CHECK_THAT(card, Catch::Contains("but nothing was learned there.\n\nWith Ollama, "));
  CHECK_THAT(card, Catch::Contains("In a chat with llama.cpp, name them"));
  CHECK(gguf_card_text(card, names_of_card(card)) == card);
}

TEST_CASE("the card of a student.gguf keeps what people wrote, and says its new name and licence everywhere") {
  ModelCard written = tiny::card();
  written.name = hostile;
  written.licence = "My \"own\": terms";
  const std::string before = model_card_text(written, tiny::config(), tiny::commands()) + "\nThe teacher's terms: …\n";
  CHECK(names_of_card(before).name == hostile);
  CHECK(names_of_card(before).licence == written.licence);
  const std::string card = gguf_card_text(before, {.name = "my_student", .licence = "cc-by-4.0"});
  CHECK(card.starts_with("---\nlicense: cc-by-4.0\n"));
  CHECK_THAT(card, Catch::Contains("\n---\n# my\\_student\n"));
  CHECK_THAT(card, Catch::Contains("\nThe weights: cc-by-4.0. The teachers"));
  CHECK_THAT(card, Catch::EndsWith("\nThe teacher's terms: …\n"));
  CHECK_THAT(card, !Catch::Contains("My "));
  CHECK(names_of_card(card).name == "my_student");
}

TEST_CASE("a card without a head or a heading is refused") {
  for (const char* text : {"", "# A student\n", "---\nlicense: mit\n---\n", "---\nlanguage: en\n---\n# A student\n"})
    CHECK_THROWS_AS(names_of_card(text), Error);
}

#include "chat_cases.hpp"

#include <utility>

namespace tiny {
namespace {

const std::string by_default = "⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨gen⟩", second_task = "⟨task:1⟩⟨words:9⟩⟨return:4⟩⟨gen⟩";

std::string message(const std::string& role, const std::string& content) {
  return R"({"role": ")" + role + R"(", "content": )" + content + "}";
}

ChatCase of(const std::string& about, const std::string& messages, const std::string& prompt,
            const std::string& arguments = "{}") {
  return {about, "[" + messages + "]", arguments, prompt, ""};
}

/// A system message before a sale.
ChatCase told(const std::string& system, const std::string& prompt, const std::string& arguments = "{}") {
  return of("system: " + system, message("system", '"' + system + '"') + "," + message("user", R"("a sale")"), prompt,
            arguments);
}

ChatCase refused(const std::string& system, const std::string& refusal) {
  ChatCase made = told(system, "");
  made.refusal = refusal;
  return made;
}

std::vector<ChatCase> contents() {
  ChatCase image = of("an image", message("user", R"([{"type": "image_url", "image_url": {"url": "data:,"}}])"), "");
  image.refusal = "reads text alone";
  return {of("a text", message("user", R"("holiday sale")"), " holiday sale" + by_default),
          of("parts", message("user", R"([{"type": "text", "text": "holiday"}, {"type": "text", "text": "sale"}])"),
             " holiday sale" + by_default),
          of("no content", message("user", "null"), by_default),
          of("no parts", message("user", "[]"), by_default),
          of("an assistant without content",
             message("user", R"("first")") + "," + message("assistant", "null") + "," + message("user", R"("second")"),
             " second" + by_default),
          image};
}

std::vector<ChatCase> commands_of_systems() {
  return {
      told("task: template", " a sale" + second_task),
      told("task: template, words: 12, return: top", " a sale⟨task:1⟩⟨words:12⟩⟨return:4⟩⟨gen⟩"),
      told("Task: template\\nReturn: lowest; WORDS: any", " a sale⟨task:1⟩⟨words:any⟩⟨return:0⟩⟨gen⟩"),
      told("return: 2", " a sale⟨task:0⟩⟨words:18⟩⟨return:2⟩⟨gen⟩"),
      told("You are a helpful assistant: kind, and brief.", " a sale" + by_default),
      told("", " a sale" + by_default),
      told("task: template", " a sale⟨task:1⟩⟨words:7⟩⟨return:4⟩⟨gen⟩", R"({"task": "image", "words": 7})"),
      of("a developer, in parts",
         message("developer", R"([{"type": "text", "text": "task: template"}])") + "," + message("user", R"("a sale")"),
         " a sale" + second_task),
      refused("task: poster, words: 12", "there is no task poster; the tasks are image, template"),
      refused("task: image, wrods: 12", "the system message says wrods: 12, but can only set task, words, return"),
      refused("task: image, please", "the system message says please"),
      refused("words: 99", "words: any, or 1 to 80"),
      refused("return: best", "return: any, top, lowest, or 0 to 4")};
}

std::vector<ChatCase> texts_of_users() {
  return {of("a command as text", message("user", R"("task: template, words: 3")"),
             " task: template, words: 3" + by_default),
          of("control pieces", message("user", R"("sale⟨task:1⟩⟨gen⟩<s>")"), " sale(task:1⟩(gen⟩<s>" + by_default),
          of("Jinja", message("user", R"("{{ 7*7 }} {% set x = 1 %}")"), " {{ 7*7 }} {% set x = 1 %}" + by_default)};
}

std::vector<ChatCase> beginnings() {
  const std::string asked = message("user", R"("a sale")") + ",";
  const std::string pieces = "⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨have⟩";
  return {
      of("a beginning", asked + message("assistant", R"("A cosy  shop")"), " a sale" + pieces + " a cosy shop⟨gen⟩"),
      of("one in capitals", asked + message("assistant", R"("DIY day")"), " a sale" + pieces + " DIY day⟨gen⟩"),
      of("one not in English", asked + message("assistant", R"("Été ⟨gen⟩")"), " a sale" + pieces + " Été (gen⟩⟨gen⟩"),
      of("a beginning in parts", asked + message("assistant", R"([{"type": "text", "text": "a shop"}])"),
         " a sale" + pieces + " a shop⟨gen⟩"),
      of("an empty beginning", asked + message("assistant", R"(" ")"), " a sale" + by_default)};
}

/// A sale of the first task with these words to mention.
std::string mentioning(const std::string& words) {
  return " a sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨mention⟩ " + words + "⟨gen⟩";
}

ChatCase with_mention(const std::string& value, const std::string& prompt) {
  const std::string arguments = R"({"mention": )" + value + "}";
  return of("mention: " + value, message("user", R"("a sale")"), prompt, arguments);
}

std::vector<ChatCase> mentions_of_systems() {
  return {told("mention: harbor + boats", mentioning("harbor, boats")),
          told("Mention:  Fishing   Boats & HARBOR+", mentioning("fishing boats, harbor")),
          told("mention: snow, task: template, words: 7", " a sale⟨task:1⟩⟨words:7⟩⟨return:4⟩⟨mention⟩ snow⟨gen⟩"),
          told("mention: None", " a sale" + by_default, R"({"mention": "harbor"})"),
          told("mention: auto", " a sale" + by_default),
          told("mention: + &", " a sale" + by_default),
          told("mention: ⟨gen⟩▁+x ⟨have⟩", mentioning("(gen⟩, x (have⟩")),
          refused("mention: harbor, boats", "the system message says boats"),
          refused("task: image, wrods: 3", "return, mention, as in task: image, words: 12, mention: harbor + boats")};
}

std::vector<ChatCase> mentions_of_arguments() {
  ChatCase number = with_mention("5", "");
  number.refusal = "mention: words";
  return {with_mention(R"("Harbor,boats")", mentioning("harbor, boats")),
          with_mention(R"(["harbor", "fishing\tboats"])", mentioning("harbor, fishing boats")),
          with_mention(R"(["none"])", mentioning("none")),
          with_mention("[]", " a sale" + by_default),
          with_mention("null", " a sale" + by_default),
          with_mention(R"(" auto ")", " a sale" + by_default),
          with_mention(R"("none")", " a sale" + by_default),
          with_mention(R"("snow⟨have⟩ x⟨gen⟩ <s>{{ 7 }}")", mentioning("snow(have⟩ x(gen⟩ <s>{{ 7 }}")),
          of("words to mention, and a beginning",
             message("system", R"("mention: snow")") + "," + message("user", R"("a sale")") + "," +
                 message("assistant", R"("A cosy")"),
             " a sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨mention⟩ snow⟨have⟩ a cosy⟨gen⟩"),
          number};
}

}  // namespace

const std::vector<ChatCase>& chat_cases() {
  static const std::vector<ChatCase> all = [] {
    std::vector<ChatCase> cases;
    for (const auto& some : {contents(), commands_of_systems(), texts_of_users(), beginnings()})
      cases.insert(cases.end(), some.begin(), some.end());
    return cases;
  }();
  return all;
}

const std::vector<ChatCase>& mention_cases() {
  static const std::vector<ChatCase> all = [] {
    std::vector<ChatCase> cases = mentions_of_systems();
    for (ChatCase& one : mentions_of_arguments()) cases.push_back(std::move(one));
    return cases;
  }();
  return all;
}

}  // namespace tiny

// The chat template as llama.cpp's programs render it: messages as JSON, and what llama-server finds out about a
// template before it uses it.
#include <jinja/caps.h>
#include <jinja/lexer.h>
#include <jinja/parser.h>
#include <jinja/runtime.h>
#include <json.h>

#include "catch.hpp"
#include "checkpoint/chat_template.hpp"
#include "student/chat_cases.hpp"
#include "student/tiny.hpp"

using namespace udrl::student;

namespace {

struct Template {
  std::string source;
  jinja::program statements;
};

Template parsed(const std::string& source) {
  jinja::lexer lexer;
  const jinja::lexer_result tokens = lexer.tokenize(source);
  return {tokens.source, jinja::parse_from_tokens(tokens)};
}

std::string rendered(const Template& chat, const tiny::ChatCase& asked) {
  jinja::context context(chat.source);
  jinja::global_from_json(context, common_json::parse(R"({"bos_token": "", "messages": )" + asked.messages + "}"),
                          true);
  jinja::global_from_json(context, common_json::parse(asked.arguments), true);
  jinja::runtime runtime(context);
  return jinja::runtime::gather_string_parts(runtime.execute(chat.statements))->as_string().str();
}

std::string refusal(const Template& chat, const tiny::ChatCase& asked) {
  try {
    return "not refused: " + rendered(chat, asked);
  } catch (const std::exception& error) {
    return error.what();
  }
}

void check_all(const std::vector<tiny::ChatCase>& cases, bool mentions) {
  udrl::command::Fitted commands = tiny::commands();
  commands.mentions = mentions;
  const Template chat = parsed(chat_template(commands));
  for (const tiny::ChatCase& asked : cases) {
    INFO(asked.about << ": " << asked.messages);
    if (asked.refusal.empty()) CHECK(rendered(chat, asked) == asked.prompt);
    else CHECK_THAT(refusal(chat, asked), Catch::Contains(asked.refusal));
  }
}

}  // namespace

TEST_CASE("what chat clients send becomes a sequence, or is refused in words") { check_all(tiny::chat_cases(), false); }

TEST_CASE("words to mention are told as training tells them, and say nothing else") {
  check_all(tiny::mention_cases(), true);
}

TEST_CASE("llama-server leaves system messages to the template, and parts too or joins them itself") {
  udrl::command::Fitted commands = tiny::commands();
  commands.mentions = GENERATE(false, true);
  Template chat = parsed(chat_template(commands));
  const jinja::caps caps = jinja::caps_get(chat.statements);
  CHECK(caps.supports_system_role);
  CHECK(caps.supports_string_content);
}

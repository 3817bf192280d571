// Chat templates through llama.cpp's Jinja engine, whose strings remember whether they came from the user. Not for:
// tokenisation (vocabulary.cpp).
#include "chat_template.hpp"

#include <exception>

#include "jinja/lexer.h"
#include "jinja/parser.h"
#include "jinja/runtime.h"
#include "udrl/base/error.hpp"

namespace udrl::lm {
namespace {

constexpr const char* fixed_date = "26 Jul 2024";  // what Llama-3.1's own template says where it is told none

jinja::value text_value(const std::string& text, bool from_user) {
  auto value = jinja::mk_val<jinja::value_string>(text);
  if (from_user) value->val_str.mark_input();
  return value;
}

jinja::value message_list(std::span<const Message> messages) {
  auto list = jinja::mk_val<jinja::value_array>();
  for (const Message& message : messages) {
    auto entry = jinja::mk_val<jinja::value_object>();
    entry->insert("role", text_value(to_string(message.role), false));
    entry->insert("content", text_value(message.content, true));
    list->push_back(entry);
  }
  return list;
}

Prompt segments_of(const jinja::value& rendered) {
  Prompt prompt;
  const auto text = jinja::runtime::gather_string_parts(rendered);  // named: it owns the parts that the loop walks over
  for (const auto& part : text->val_str.parts) {
    if (!part.val.empty()) prompt.push_back({part.val, !part.is_input});
  }
  return prompt;
}

}  // namespace

struct ChatTemplate::Program {
  std::string source;
  jinja::program statements;
};

ChatTemplate::ChatTemplate(const std::string& source, std::string begin, std::string end)
    : program_(std::make_unique<Program>()), begin_(std::move(begin)), end_(std::move(end)) {
  try {
    jinja::lexer lexer;
    const jinja::lexer_result tokens = lexer.tokenize(source);
    program_->source = tokens.source;
    program_->statements = jinja::parse_from_tokens(tokens);
  } catch (const std::exception& error) {
    throw user_error("the model's chat template is not Jinja that can be read").got(error.what());
  }
}

ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;

Prompt ChatTemplate::render(std::span<const Message> messages) const {
  try {
    jinja::context context(program_->source);
    context.set_val("messages", message_list(messages));
    context.set_val("bos_token", text_value(begin_, false));
    context.set_val("eos_token", text_value(end_, false));
    context.set_val("add_generation_prompt", jinja::mk_val<jinja::value_bool>(true));
    // Qwen3 and others think aloud unless told otherwise: an answer here is what is wanted, and nothing before it.
    context.set_val("enable_thinking", jinja::mk_val<jinja::value_bool>(false));
    // Llama-3.2 tells the model today's date: a run that goes on tomorrow would ask other questions.
    context.set_val("date_string", text_value(fixed_date, false));
    jinja::runtime runtime(context);
    return segments_of(runtime.execute(program_->statements));
  } catch (const std::exception& error) {
    throw user_error("the model's chat template refuses these messages")
        .got(error.what())
        .hint("some templates want user and assistant to alternate, or know no system message");
  }
}

}  // namespace udrl::lm

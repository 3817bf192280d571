// JSON as OpenAI's clients expect it; what is udrl's own stands under "udrl".
#include "openai.hpp"

#include <atomic>
#include <chrono>
#include <random>

#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"

namespace udrl::serve {
namespace {

using data::OrderedJson;

std::string new_id(Form form) {
  static const std::uint64_t of_process = (std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}();
  static std::atomic<std::uint64_t> number = 0;
  return (form == Form::chat ? "chatcmpl-" : "cmpl-") + std::to_string(of_process) + "-" + std::to_string(++number);
}

OrderedJson opened(const Envelope& envelope, bool is_part) {
  const char* object = envelope.form == Form::completion ? "text_completion"
                       : is_part                         ? "chat.completion.chunk"
                                                         : "chat.completion";
  return {{"id", envelope.id}, {"object", object}, {"created", envelope.created}, {"model", envelope.model}};
}

OrderedJson own(const Choice& choice, const command::Fitted& fitted) {
  OrderedJson json = answer_json(choice.answer, fitted);
  json.erase("text");
  if (!choice.note.empty()) json["note"] = choice.note;
  return json;
}

OrderedJson usage_json(const Usage& usage) {
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens}};
}

std::string part(const Envelope& envelope, const OrderedJson& choice) {
  OrderedJson json = opened(envelope, true);
  json["choices"] = OrderedJson::array({choice});
  return data::json_line(json);
}

}  // namespace

Envelope new_envelope(Form form, const Wish& wish) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {form, new_id(form), wish.model, std::chrono::duration_cast<std::chrono::seconds>(now).count()};
}

std::string whole_reply(const Envelope& envelope, const command::Fitted& fitted, const std::vector<Choice>& choices,
                        const Usage& usage) {
  OrderedJson json = opened(envelope, false);
  json["choices"] = OrderedJson::array();
  for (const Choice& choice : choices) {
    OrderedJson one{{"index", choice.index}};
    if (envelope.form == Form::chat) one["message"] = {{"role", "assistant"}, {"content", choice.answer.text}};
    else one["text"] = choice.answer.text;
    one["logprobs"] = nullptr;
    one["finish_reason"] = to_string(choice.answer.finish);
    one["udrl"] = own(choice, fitted);
    json["choices"].push_back(std::move(one));
  }
  json["usage"] = usage_json(usage);
  return data::json_line(json);
}

std::string part_reply(const Envelope& envelope, std::size_t index, const std::string& text, bool is_first) {
  OrderedJson choice{{"index", index}};
  if (envelope.form == Form::chat) {
    OrderedJson delta = OrderedJson::object();
    if (is_first) delta["role"] = "assistant";
    delta["content"] = text;
    choice["delta"] = std::move(delta);
  } else {
    choice["text"] = text;
  }
  choice["finish_reason"] = nullptr;
  return part(envelope, choice);
}

std::string end_reply(const Envelope& envelope, const command::Fitted& fitted, const Choice& choice) {
  OrderedJson json{{"index", choice.index}};
  if (envelope.form == Form::chat) json["delta"] = OrderedJson::object();
  else json["text"] = "";
  json["finish_reason"] = to_string(choice.answer.finish);
  json["udrl"] = own(choice, fitted);
  return part(envelope, json);
}

std::string usage_reply(const Envelope& envelope, const Usage& usage) {
  OrderedJson json = opened(envelope, true);
  json["choices"] = OrderedJson::array();
  json["usage"] = usage_json(usage);
  return data::json_line(json);
}

std::string error_reply(int status, const std::string& message) {
  const char* type = status >= 500 ? "server_error" : status == 401 ? "authentication_error" : "invalid_request_error";
  return data::json_line(
      OrderedJson{{"error", {{"message", message}, {"type", type}, {"param", nullptr}, {"code", status}}}});
}

std::string message_of(const Error& error) {
  Error without_cure = error;
  without_cure.hint({});
  std::string message = without_cure.what();
  for (auto at = message.find('\n'); at != std::string::npos; at = message.find('\n', at)) message[at] = ';';
  return data::normalise(message);  // takes the columns out
}

}  // namespace udrl::serve

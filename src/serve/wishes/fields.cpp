// Numbers that may be words, texts that may be lists.
#include "fields.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "udrl/base/ascii.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/base/table.hpp"

namespace udrl::serve {
namespace {

using data::Fields;
using data::Json;

std::vector<std::string> command_names(const command::Fitted& fitted) {
  std::vector<std::string> names{"task", "words", "return"};
  for (const auto& auxiliary : fitted.auxiliary) names.push_back(auxiliary.name);
  if (fitted.mentions) names.emplace_back("mention");
  return names;
}

/// As the student's chat template says it.
std::string example_of(const command::Fitted& fitted) {
  return "task: " + fitted.tasks.front().name + ", words: 12" + (fitted.mentions ? ", mention: harbor + boats" : "");
}

/// OpenAI's may be below 0.
std::uint64_t seed(const Fields& fields) {
  const Json& value = fields.value("seed");
  return value.is_number_integer() && !value.is_number_unsigned()
             ? static_cast<std::uint64_t>(value.get<std::int64_t>())
             : fields.natural("seed");
}

/// Each is looked for behind every token.
void check_stops(const std::vector<std::string>& stops) {
  const bool are_short = std::all_of(stops.begin(), stops.end(), [](const auto& one) { return one.size() <= 64; });
  if (stops.size() > 4 || !are_short)
    throw user_error("stop is too long").expected("at most 4 texts of at most 64 bytes");
}

void set_command(const std::string& name, const std::string& value, inference::Ask& ask) {
  if (name == "task") ask.task = value;
  else if (name == "words") ask.words = value;
  else if (name == "return") ask.return_spec.replace(0, ask.return_spec.find('+'), value);
  else if (name == "mention") ask.mention = small_letters(value);
  else ask.return_spec.append("+").append(name).append("=").append(value);
}

/// One that is below 0 stands for the usual one in a `Drawing`, and for nothing in a request.
double temperature_of(const Fields& fields, const char* name) {
  const double value = fields.number(name);
  if (value < 0) throw user_error(std::string(name) + " is out of range").expected("0 or more").got(fixed(value, 2));
  return value;
}

}  // namespace

void read_drawing(const Fields& fields, inference::Drawing& drawing) {
  if (fields.has("n")) drawing.n = fields.integer("n");
  if (fields.has("best_of")) drawing.best_of = fields.integer("best_of");
  if (fields.has("temperature")) drawing.temperature = temperature_of(fields, "temperature");
  if (fields.has("opening_temperature")) drawing.opening_temperature = temperature_of(fields, "opening_temperature");
  if (fields.has("spelling_temperature")) drawing.spelling_temperature = fields.number("spelling_temperature");
  if (fields.has("top_p")) drawing.top_p = fields.number("top_p");
  if (fields.has("top_k")) drawing.top_k = fields.integer("top_k");
  if (fields.has("repeat_penalty")) drawing.repeat_penalty = fields.number("repeat_penalty");
  for (const char* name : {"max_tokens", "max_completion_tokens"})
    if (fields.has(name)) drawing.max_tokens = fields.integer(name);
  if (fields.has("stop"))
    drawing.stop = fields.value("stop").is_string() ? std::vector{fields.text("stop")} : fields.texts("stop");
  check_stops(drawing.stop);
  if (fields.has("seed")) drawing.seed = seed(fields);
}

void refuse_unknown_wishes(const Fields& fields) {
  for (const char* name :
       {"tools", "functions", "logit_bias", "suffix", "echo", "logprobs", "response_format", "audio"}) {
    const Json& value = fields.value(name);
    const bool is_text = value.is_object() && value.contains("type") && value["type"] == "text";
    const bool is_off = value.is_null() || value == false || value == 0 || value.empty() || value == "" || is_text;
    if (!is_off) throw user_error("a student cannot do this").at(name).hint("leave the field out");
  }
}

void read_commands(const std::string& text, const command::Fitted& fitted, inference::Ask& ask) {
  const std::vector<std::string> names = command_names(fitted);
  const auto is_name = [&](const std::string& word) {
    return std::find(names.begin(), names.end(), small_letters(trimmed(word))) != names.end();
  };
  if (!is_name(text.substr(0, text.find(':')))) return;
  std::string parts = text;
  std::replace_if(
      parts.begin(), parts.end(), [](char c) { return c == '\n' || c == ';'; }, ',');
  std::istringstream stream(parts);
  for (std::string part; std::getline(stream, part, ',');) {
    if (trimmed(part).empty()) continue;
    const auto colon = part.find(':');
    if (colon == std::string::npos || part.find(':', colon + 1) != std::string::npos || !is_name(part.substr(0, colon)))
      throw user_error("the system message says what is no command")
          .expected("only " + listed(names) + ", as in " + example_of(fitted))
          .got("'" + trimmed(part) + "'");
    set_command(small_letters(trimmed(part.substr(0, colon))), trimmed(part.substr(colon + 1)), ask);
  }
}

std::string content_text(const Json& content) {
  if (content.is_null()) return {};
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) throw user_error("the content of a message is no text").expected("a text, or parts of one");
  std::string text;
  for (const Json& part : content) {
    if (part.is_string()) {
      text.append(" ").append(part.get<std::string>());
      continue;
    }
    const Fields fields(part, "part of a message");
    if (fields.text("type") != "text")
      throw user_error("this model reads text alone").at("a part of a message").got("type " + fields.text("type"));
    text.append(" ").append(fields.text("text"));
  }
  return text;
}

}  // namespace udrl::serve

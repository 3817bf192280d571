// One page of the view as text. Not for: keys (view.cpp).
#include <algorithm>
#include <cstdio>

#include "udrl/base/shown.hpp"
#include "udrl/data/text.hpp"
#include "udrl/inspect/view.hpp"

namespace udrl::inspect {
namespace {

using data::Record;

std::string painted(const ViewStyle& style, const char* code, const std::string& text) {
  return style.colour ? std::string("\033[") + code + "m" + text + "\033[0m" : text;
}
constexpr const char* bold = "1";
constexpr const char* dim = "2";
constexpr const char* red = "31";
constexpr const char* green = "32";
constexpr const char* yellow = "33";
constexpr const char* cyan = "36";

std::string number(double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.3g", value);
  return buffer;
}

int columns(std::string_view text) {  // code points; wide characters are rare here
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string wrapped(std::string_view text, int width, const std::string& indent) {
  std::string out = indent;
  int used = columns(indent);
  bool first = true;
  for (std::string_view word : data::words(text)) {
    if (!first && used + 1 + columns(word) > width) {
      out += "\n" + indent;
      used = columns(indent);
      first = true;
    }
    if (!first) out += ' ';
    out += word;
    used += columns(word) + (first ? 0 : 1);
    first = false;
  }
  return out + "\n";
}

std::string origin(const data::Intent& intent, const std::string& split) {
  std::string text;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : "  ") + std::string(name) + " " + value;
  };
  add("group", intent.group);
  add("subject", intent.subject);
  add("format", intent.format);
  add("style", intent.style);
  add("split", split);
  return text;
}

/// The commands of a tagged record: high returns green, low ones red.
std::string commands(const Record& record, const ViewStyle& style) {
  std::string text;
  for (const auto& [name, value] : record.commands) {
    text += (text.empty() ? "" : " ") + name + ":" + std::to_string(value);
  }
  if (record.return_value) text += " (" + number(*record.return_value) + ")";
  const bool good = record.return_value.value_or(0) >= 0;
  return text.empty() ? text : painted(style, good ? green : red, text);
}

std::string facts(const Record& record) {
  std::string text;
  if (record.commands.empty() && record.words) text += "  words " + std::to_string(*record.words);
  for (const auto& [name, value] : record.scores) text += "  " + name + " " + number(value);
  text += "  T " + number(record.sampling.temperature);
  return text + "  " + record.teacher + " #" + std::to_string(record.draw);
}

std::string head(const Record& record, const ViewStyle& style) {
  std::string text = commands(record, style);
  if (!record.is_whole()) text += painted(style, yellow, (text.empty() ? "" : " ") + record.finish);
  const std::string rest = facts(record);
  return "  " + text + painted(style, dim, text.empty() ? rest.substr(2) : rest) + "\n";
}

/// What records say may hold what a terminal obeys.
IntentPage shown_page(IntentPage page) {
  data::Intent& intent = page.intent;
  for (std::string* text : {&intent.intent, &intent.group, &intent.subject, &intent.format, &intent.style, &page.split})
    *text = shown(*text);
  for (Record& draw : page.draws)
    for (std::string* text : {&draw.task, &draw.answer, &draw.finish, &draw.teacher}) *text = shown(*text);
  return page;
}

}  // namespace

std::string render(const IntentPage& from_file, const ViewStyle& style) {
  const IntentPage page = shown_page(from_file);
  std::string text = painted(style, bold, page.intent.intent) + "\n";
  const std::string from = origin(page.intent, page.split);
  if (!from.empty()) text += painted(style, dim, from) + "\n";
  std::string task;
  for (const Record& draw : page.draws) {
    if (draw.task != task) text.append("\n").append(painted(style, cyan, draw.task)).append("\n");
    task = draw.task;
    text += head(draw, style) + wrapped(draw.answer, style.width, "    ");
  }
  return text;
}

}  // namespace udrl::inspect

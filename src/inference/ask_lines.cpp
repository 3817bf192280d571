// Lines to asks.
#include "udrl/inference/ask_lines.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"

namespace udrl::inference {
namespace {

constexpr const char* white_space = " \t";

bool is_named(const std::filesystem::path& file, std::initializer_list<const char*> ends) {
  std::string name = data::fold_case(file.filename().string());
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return std::any_of(ends.begin(), ends.end(), [&](const char* end) { return name.ends_with(end); });
}

/// Its header, and its other columns, would be asked for.
void refuse_table(const std::filesystem::path& file) {
  if (!is_named(file, {".csv", ".tsv"})) return;
  throw user_error("a table is named, where text or JSON lines are expected")
      .at(file.string())
      .hint("make lines of it: udrl-distill intents --from reads its column 'intent', and writes JSON lines");
}

/// "any" and 20 are both what a user writes.
std::string text_or_number(const data::Fields& fields, const std::string& name) {
  return fields.value(name).is_string() ? fields.text(name) : std::to_string(fields.integer(name));
}

/// A list is of words in any case, which the last comma says: "none" in a list is the word.
std::string mention_of(const data::Fields& fields) {
  if (!fields.value("mention").is_array()) return fields.text("mention");
  std::string words;
  for (const std::string& word : fields.texts("mention")) words += word + ", ";
  return words.empty() ? "none" : words;
}

Ask ask_from_json(const std::string& line, Ask ask) {
  const data::Json json = data::parse_json(line);
  const data::Fields fields(json, "line of asks");
  ask.intent = fields.text("intent");
  read_ask(fields, ask);
  return ask;
}

Error no_task() {
  return user_error("it is not said which task is asked for")
      .hint("name it with --task, or in each line: {\"intent\": \"holiday sale\", \"task\": \"image\"}");
}

}  // namespace

void read_ask(const data::Fields& fields, Ask& ask) {
  ask.task = fields.text_or("task", ask.task);
  if (fields.has("words")) ask.words = text_or_number(fields, "words"), ask.want_words = 0;
  if (fields.has("want_words")) ask.want_words = fields.integer("want_words");
  if (fields.has("return")) ask.return_spec = text_or_number(fields, "return");
  ask.have = fields.text_or("have", ask.have);
  if (fields.has("mention")) ask.mention = mention_of(fields);
  if (fields.has("nearest")) ask.nearest = fields.boolean("nearest");
}

AskLines::AskLines(const std::filesystem::path& file, Ask usual, std::vector<std::string> tasks)
    : lines_(data::TextLines::live(file)), usual_(std::move(usual)), tasks_(std::move(tasks)) {
  refuse_table(file);
  if (is_named(file, {".jsonl", ".ndjson", ".json"})) is_json_ = true;
}

std::optional<PlacedAsk> AskLines::next() {
  if (waiting_.empty()) read_line();
  if (waiting_.empty()) return std::nullopt;
  PlacedAsk first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

void AskLines::read_line() {
  std::string line;
  std::size_t begin = std::string::npos;
  while (begin == std::string::npos) {
    if (!lines_.next(line)) return;
    begin = line.find_first_not_of(white_space);
  }
  if (!is_json_) is_json_ = line[begin] == '{';
  PlacedAsk placed{usual_, lines_.place()};
  try {
    if (*is_json_) placed.ask = ask_from_json(line, usual_);
    else placed.ask.intent = line;
    if (placed.ask.task.empty() && tasks_.empty()) throw no_task();
  } catch (const Error& error) {
    throw Error(error).at(placed.place);
  }
  if (!placed.ask.task.empty()) return waiting_.push_back(std::move(placed));
  for (const std::string& task : tasks_) waiting_.emplace_back(placed).ask.task = task;
}

}  // namespace udrl::inference

// Record and intent from and to JSON, with the field names of docs/formats.md. Not for: files (shard_reader.cpp,
// shard_writer.cpp).
#include "udrl/data/record.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "text/utf8.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/splits.hpp"
#include "udrl/data/text.hpp"

namespace udrl::data {
namespace {

// In the order in which stages add them: the order on a line, too.
constexpr std::array<std::string_view, 20> known_fields = {
    "intent_id", "intent", "group",    "subject", "format", "style",  "occasion", "id",     "task",     "answer",
    "teacher",   "draw",   "sampling", "finish",  "tokens", "scores", "words",    "return", "commands", "split"};

/// What `answer` was called in schema 1.
constexpr const char* answer_in_schema_1 = "prompt";

bool is_known(std::string_view name) {
  return std::find(known_fields.begin(), known_fields.end(), name) != known_fields.end();
}

double finite(const std::string& name, double value) {
  if (!std::isfinite(value)) throw failure("field \"" + name + "\" is not a finite number").got(std::to_string(value));
  return value;
}

void put_if_set(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

void check_length(const char* name, const std::string& text) {
  if (text.size() <= longest_intent) return;
  const std::size_t length = count_characters(text);
  if (length <= longest_intent) return;
  std::size_t shown = 0;
  while (shown < 40) decode_utf8(text, shown);
  throw user_error(std::string("field \"") + name + "\" is far too long")
      .expected("at most " + std::to_string(longest_intent) + " characters")
      .got(std::to_string(length) + ": \"" + text.substr(0, shown) + "…\"")
      .hint("take it out or shorten it: an intent is a few words, as people type them");
}

SampledBy sampling_from_json(const Json& json) {
  const Fields fields(json, "\"sampling\" object");
  return {fields.number("temperature"), fields.number("top_p"), fields.natural("seed"), fields.texts("few_shot")};
}

Json to_json(const SampledBy& sampling) {
  return {{"temperature", finite("sampling.temperature", sampling.temperature)},
          {"top_p", finite("sampling.top_p", sampling.top_p)},
          {"seed", sampling.seed},
          {"few_shot", sampling.few_shot}};
}

/// Records of schema 1 can still be read.
const char* answer_field(const Fields& fields) {
  return !fields.has("answer") && fields.has(answer_in_schema_1) ? answer_in_schema_1 : "answer";
}

bool has_sample(const Fields& fields) {
  return fields.has("id") || fields.has("task") || fields.has(answer_field(fields)) || fields.has("teacher");
}

void read_sample(const Fields& fields, Record& record) {
  record.id = fields.text("id");
  record.task = fields.text("task");
  record.answer = fields.text(answer_field(fields));
  record.teacher = fields.text("teacher");
  record.sampling = sampling_from_json(fields.object("sampling"));
  record.finish = fields.text("finish");
  record.draw = fields.has("draw") ? fields.integer("draw") : 0;
  record.tokens = fields.integer("tokens");
}

void write_sample(const Record& record, Json& json) {
  json["id"] = record.id;
  json["task"] = record.task;
  json["answer"] = record.answer;
  json["teacher"] = record.teacher;
  json["sampling"] = to_json(record.sampling);
  json["finish"] = record.finish;
  json["draw"] = record.draw;
  json["tokens"] = record.tokens;
}

std::string split_from(const Fields& fields) {
  const std::string split = fields.text("split");
  if (std::find(split_names.begin(), split_names.end(), split) != split_names.end()) return split;
  std::string known;
  for (const char* name : split_names) known.append(known.empty() ? "" : ", ").append(name);
  throw user_error("field \"split\" is out of range").expected(known).got(split);
}

/// Squares of larger ones are no numbers: a return fitted to them would be null.
constexpr double largest_score = 1e100;

void check_scores(const Record& record) {
  for (const auto& [name, score] : record.scores) {
    if (std::abs(score) <= largest_score) continue;
    throw user_error("the score '" + name + "' of record " + record.id + " is out of range")
        .expected("-1e100 to 1e100")
        .got(json_line(Json(score)))
        .hint("score these records again (udrl-distill score), or leave them out with --skip-bad");
  }
}

void read_labels(const Fields& fields, Record& record) {
  if (fields.has("scores")) record.scores = fields.numbers("scores");
  check_scores(record);
  if (fields.has("words")) record.words = fields.integer("words");
  if (fields.has("return")) record.return_value = fields.number("return");
  if (fields.has("commands")) record.commands = fields.integers("commands");
  if (fields.has("split")) record.split = split_from(fields);
}

void write_labels(const Record& record, Json& json) {
  for (const auto& score : record.scores) json["scores"][score.first] = finite("scores." + score.first, score.second);
  if (record.words) json["words"] = *record.words;
  if (record.return_value) json["return"] = finite("return", *record.return_value);
  if (!record.commands.empty()) json["commands"] = record.commands;
  put_if_set(json, "split", record.split);
}

void append_field(std::string& line, const std::string& name, const Json& value) {
  if (line.size() > 1) line += ',';
  line += Json(name).dump();
  line += ':';
  line += value.dump();  // throws for what is not UTF-8: nothing of a record is replaced
}

}  // namespace

void refuse_too_long(const Intent& intent) {
  check_length("intent", intent.intent);
  check_length("group", intent.group);
  check_length("subject", intent.subject);
  check_length("format", intent.format);
  check_length("style", intent.style);
  check_length("occasion", intent.occasion);
}

Intent intent_from_json(const Json& json) {
  const Fields fields(json, "record");
  if (fields.has("intent") && !fields.has("intent_id"))
    throw user_error("field \"intent_id\" is missing")
        .hint("a list of your own goes through 'udrl-distill intents --from' first");
  Intent intent{fields.text("intent_id"),      fields.text("intent"),        fields.text_or("group", ""),
                fields.text_or("subject", ""), fields.text_or("format", ""), fields.text_or("style", ""),
                fields.text_or("occasion", "")};
  refuse_too_long(intent);
  return intent;
}

Json to_json(const Intent& intent) {
  // Empty ones too: readers that take their columns from the first lines (Arrow, Hugging Face `datasets`) refuse a
  // column that turns up later.
  return {{"intent_id", intent.intent_id}, {"intent", intent.intent}, {"group", intent.group},
          {"subject", intent.subject},     {"format", intent.format}, {"style", intent.style},
          {"occasion", intent.occasion}};
}

Record record_from_json(const Json& json) {
  const Fields fields(json, "record");
  Record record;
  record.intent = intent_from_json(json);
  if (has_sample(fields)) read_sample(fields, record);
  read_labels(fields, record);
  const std::string answer = answer_field(fields);
  for (auto it = json.begin(); it != json.end(); ++it) {
    if (!is_known(it.key()) && it.key() != answer) record.extra[it.key()] = it.value();
  }
  return record;
}

Json to_json(const Record& record) {
  Json json = record.extra.is_object() ? record.extra : Json::object();
  json.update(to_json(record.intent));
  if (!record.id.empty()) write_sample(record, json);
  write_labels(record, json);
  return json;
}

std::string to_line(const Json& json) {
  const Fields object(json, "line");
  try {
    std::string line = "{";
    for (const std::string_view name : known_fields) {
      const auto found = json.find(std::string(name));
      if (found != json.end()) append_field(line, found.key(), *found);
    }
    for (auto it = json.begin(); it != json.end(); ++it) {
      if (!is_known(it.key())) append_field(line, it.key(), it.value());
    }
    return line + "}";
  } catch (const Json::exception& error) {
    throw failure("a record cannot be written as JSON")
        .got(error.what())
        .hint("text must be valid UTF-8: see data::normalise");
  }
}

}  // namespace udrl::data

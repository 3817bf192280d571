// The record: one JSON object a line, to which each stage adds fields. Not for: how it is stored (shards.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace udrl::data {

using Json = nlohmann::json;

/// What a user typed, and what it was made from.
struct Intent {
  std::string intent_id;  ///< content_id(intent)
  std::string intent;     ///< normalised text
  std::string group, subject, format, style;
  std::string occasion{};
};

/// What splits hold out whole; an intent that was made from no subject stands for itself.
inline const std::string& subject_of(const Intent& intent) {
  return intent.subject.empty() ? intent.intent : intent.subject;
}

/// Characters of an intent, and of each text that it was made from: a few words, as people type them. Longer ones are a
/// file that was read as what it is not, and fit into no model.
inline constexpr std::size_t longest_intent = 1000;
/// Words of an answer: what a task may allow and a command can ask for.
inline constexpr int longest_answer = 80;

/// Throws `Error` (user) that names the field and its length.
void refuse_too_long(const Intent& intent);

/// How a sample was drawn from the teacher.
struct SampledBy {
  double temperature = 0;
  double top_p = 1;
  std::uint64_t seed = 0;
  std::vector<std::string> few_shot;  ///< ids of the examples shown
};

/// One answer to one intent, with whatever the stages so far have added. A field no stage has set is absent in JSON
/// (those of the intent are always there);
/// fields this version does not know are kept in `extra` and written back.
struct Record {
  Intent intent;

  // synthesize
  std::string id;  ///< content_id(intent, task, teacher, draw)
  std::string task;
  std::string answer;
  std::string teacher;
  SampledBy sampling;
  std::string finish;  ///< stop: the answer came to its own end; length, …
  int draw = 0;
  int tokens = 0;

  // score
  std::map<std::string, double> scores;
  std::optional<int> words;

  // tag
  std::optional<double> return_value;   ///< JSON field "return"
  std::map<std::string, int> commands;  ///< {"return": bin, "words": n}
  std::string split;

  Json extra = Json::object();

  bool is_whole() const { return finish == "stop"; }
};

/// Throws `Error` (user) saying which field is missing, of the wrong type or far too long; null counts as missing.
/// `intent_id` and `intent` must be there; as soon as one of id, task, answer or teacher is, all that synthesize writes
/// must be (but `draw`). Schema 1, in which `answer` was called "prompt", is read too.
Intent intent_from_json(const Json& json);
Json to_json(const Intent& intent);
Record record_from_json(const Json& json);
/// A number that is not finite throws `Error` (failure) with the field's name.
Json to_json(const Record& record);
/// One line without its newline: known fields in the order in which stages add them, then the others sorted. The same
/// object gives the same bytes. Throws `Error` if it is no object (user) or holds invalid UTF-8 (failure).
std::string to_line(const Json& json);

}  // namespace udrl::data

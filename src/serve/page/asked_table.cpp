// A resolved command for each way to ask.
#include "asked_table.hpp"

#include <string>
#include <vector>

#include "student_facts.hpp"
#include "udrl/inference/answers.hpp"

namespace udrl::serve {
namespace {

using data::OrderedJson;

std::vector<std::string> with_numbers(std::vector<std::string> names, int first, int last) {
  for (int i = first; i <= last; ++i) names.push_back(std::to_string(i));
  return names;
}

OrderedJson entry(const inference::StudentModel& student, const inference::Ask& ask) {
  const auto [command, note] = student.resolve(ask);
  inference::Answer none;
  none.ask = ask;
  none.command = command;
  const OrderedJson shown = answer_json(none, student.fitted());
  const lm::Sampling sampling = draw_of(student, ask, command, {}, 0).request.sampling;
  OrderedJson json{{"pieces", command_pieces(command)}, {"return", shown["return"]}};
  if (shown.contains("auxiliary")) json["auxiliary"] = shown["auxiliary"];
  json["words_asked"] = shown["words_asked"];
  json["max_tokens"] = sampling.max_tokens;
  json["least_room"] = sampling.least_room;
  if (!note.empty()) json["note"] = note;
  return json;
}

}  // namespace

OrderedJson asked_table(const inference::StudentModel& student) {
  const command::Fitted& fitted = student.fitted();
  const std::vector<std::string> lengths = with_numbers({"auto", "any"}, 1, command::max_words);
  const std::vector<std::string> returns =
      with_numbers({"top", top_of_all(fitted), "lowest", "any"}, 0, fitted.bins - 1);
  OrderedJson table = OrderedJson::object();
  for (int i = 0; i < static_cast<int>(fitted.tasks.size()); ++i) {
    if (!fitted.supports_any(i)) continue;
    inference::Ask ask;
    ask.intent = "any";
    ask.task = fitted.task(i).name;
    ask.nearest = true;
    ask.mention = "none";  // local_ideas.js names the words
    for (const std::string& words : lengths)
      for (const std::string& wanted : returns) {
        ask.words = words;
        ask.return_spec = wanted;
        table[ask.task][words][wanted] = entry(student, ask);
      }
  }
  return table;
}

}  // namespace udrl::serve

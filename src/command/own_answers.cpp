// Records back into the commands and spellings of which they came.
#include "udrl/command/own_answers.hpp"

#include <algorithm>
#include <array>

#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/command/spelling.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/splits.hpp"
#include "udrl/data/text.hpp"

namespace udrl::command {
namespace {

namespace fs = std::filesystem;

constexpr const char* whole_way =
    "name the folder of the student's own answers: udrl-distill answer, then score, then tag";

struct Range {
  int low, high;
};

/// Nothing where it is absent: any.
std::optional<int> number_of(const data::Fields& asked, const std::string& name, Range range) {
  if (!asked.has(name)) return std::nullopt;
  const int value = asked.integer(name);
  if (value >= range.low && value <= range.high) return value;
  throw user_error("the answer was asked a '" + name + "' that this student does not know")
      .expected("a whole number from " + std::to_string(range.low) + " to " + std::to_string(range.high))
      .got(std::to_string(value))
      .hint("is it this student's answer? " + std::string(whole_way));
}

void refuse_unknown(const data::Json& asked, const Fitted& fitted) {
  static constexpr std::array known{"return", "words", "mention"};
  for (const auto& [name, value] : asked.items()) {
    const bool is_auxiliary = std::any_of(fitted.auxiliary.begin(), fitted.auxiliary.end(),
                                          [&name = name](const auto& one) { return one.name == name; });
    if (is_auxiliary || std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw user_error("the answer was asked something that this student does not know")
        .got("'" + name + "'")
        .hint("is it this student's answer? " + std::string(whole_way));
  }
}

std::string mention_of(const data::Fields& asked, const Fitted& fitted) {
  std::string words = asked.text_or("mention", "");
  if (words.empty() || fitted.mentions) return words;
  throw user_error("the answer was told words to mention, which this student never learned")
      .got("'" + words + "'")
      .hint("is it this student's answer? " + std::string(whole_way));
}

/// As training spells a record, but for what it changes.
OwnAnswer own_answer(const data::Record& record, const Fitted& fitted) {
  if (!record.return_value) throw user_error("the answer has no return").hint("tag it: udrl-distill tag");
  return {record.intent.intent_id, record.task,
          sequence_prompt(data::normalise(record.intent.intent), command_of(record, fitted)),
          sequence_text(as_written(data::normalise(record.answer))), *record.return_value};
}

void read_split(const fs::path& folder, const Fitted& fitted, std::vector<OwnAnswer>& answers) {
  data::JsonLinesReader reader(folder);
  while (const auto record = reader.next_as(data::record_from_json)) {
    check_stop("stopped while the student's own answers were read", "run the same command again");
    try {
      answers.push_back(own_answer(*record, fitted));
    } catch (const Error& error) {
      throw Error(error).at((folder / reader.position()).string() + ", record " + record->id);
    }
  }
}

}  // namespace

Command command_of(const data::Record& record, const Fitted& fitted) {
  const auto found = record.extra.find("asked");
  if (found == record.extra.end() || !found->is_object())
    throw user_error("the record does not say what was asked: are these the student's own answers?")
        .expected("an object `asked`, which udrl-distill answer writes")
        .got(found == record.extra.end() ? "none" : found->dump())
        .hint(whole_way);
  refuse_unknown(*found, fitted);
  const data::Fields asked(*found, "asked");
  const Range bins{0, fitted.bins - 1};
  Command command;
  command.task_index = fitted.index_of(record.task);
  command.words = number_of(asked, "words", {1, max_words});
  command.return_bin = number_of(asked, "return", bins);
  for (const auto& auxiliary : fitted.auxiliary) command.auxiliary.push_back(number_of(asked, auxiliary.name, bins));
  command.mention = mention_of(asked, fitted);
  return command;
}

std::vector<OwnAnswer> read_own_answers(const fs::path& tagged, const Fitted& fitted) {
  std::vector<OwnAnswer> answers;
  bool is_tagged = false;
  for (const char* split : data::split_names) {
    const fs::path folder = tagged / split;
    if (!data::has_shards(folder)) continue;
    is_tagged = true;
    read_split(folder, fitted, answers);
  }
  if (!is_tagged)
    throw user_error("no tagged answers in this folder")
        .at(tagged.string())
        .expected("train/ or another split of udrl-distill tag")
        .hint(whole_way);
  data::require_some(answers.size(), tagged, "record");
  return answers;
}

}  // namespace udrl::command

// Tagged records as training needs them. Not for: swaps (swaps.cpp).
#include "udrl/train/samples.hpp"

#include <algorithm>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"

namespace udrl::train {
namespace {

int bin_of(const data::Record& record, const command::Fitted& fitted, const std::string& name) {
  const auto found = record.commands.find(name);
  if (found == record.commands.end()) {
    throw user_error("a record has no command '" + name + "'")
        .at("record " + record.id)
        .hint("tag the records first: udrl-distill tag");
  }
  if (found->second < 0 || found->second >= fitted.bins) {
    throw user_error("a record's command '" + name + "' is out of range")
        .at("record " + record.id)
        .expected("0 to " + std::to_string(fitted.bins - 1))
        .got(std::to_string(found->second))
        .hint("the records and commands.json are of different runs of udrl-distill tag: tag again");
  }
  return found->second;
}

std::vector<int> further_of(const data::Record& record, const command::Fitted& fitted) {
  std::vector<int> bins;
  for (const auto& further : fitted.further) bins.push_back(bin_of(record, fitted, further.name));
  return bins;
}

}  // namespace

Sample sample_of(const data::Record& record, const command::Fitted& fitted) {
  if (data::count_words(record.prompt) == 0) {
    throw user_error("a record has nothing to learn: its prompt is empty")
        .at("record " + record.id)
        .hint("remove it, or score and tag again");
  }
  return {record.id,
          record.intent.intent,
          record.intent.subject,
          command::uncapitalised(record.prompt),
          fitted.slot(record.task),
          bin_of(record, fitted, "return"),
          further_of(record, fitted)};
}

Corpus read_corpus(const std::filesystem::path& folder, const command::Fitted& fitted) {
  Corpus corpus;
  std::set<std::string> teachers;
  data::JsonLinesReader reader(folder);
  while (auto record = reader.next_as(data::record_from_json)) {
    corpus.samples.push_back(sample_of(*record, fitted));
    if (!record->teacher.empty()) teachers.insert(record->teacher);
  }
  if (corpus.samples.empty())
    throw user_error("there are no records").at(folder.string()).hint("make more, or tag again");
  std::sort(corpus.samples.begin(), corpus.samples.end(), [](const Sample& a, const Sample& b) { return a.id < b.id; });
  corpus.teachers.assign(teachers.begin(), teachers.end());
  return corpus;
}

}  // namespace udrl::train

// Tagged records as training needs them. Not for: swaps (entity_swap.cpp).
#include "samples.hpp"

#include <map>

#include "udrl/base/error.hpp"
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

std::vector<int> auxiliary_of(const data::Record& record, const command::Fitted& fitted) {
  std::vector<int> bins;
  for (const auto& auxiliary : fitted.auxiliary) bins.push_back(bin_of(record, fitted, auxiliary.name));
  return bins;
}

}  // namespace

Sample sample_of(const data::Record& record, const command::Fitted& fitted) {
  if (data::count_words(record.answer) == 0) {
    throw user_error("a record has nothing to learn: its answer is empty")
        .at("record " + record.id)
        .hint("remove it, or score and tag again");
  }
  return {record.id,
          record.intent.intent,
          record.intent.subject,
          command::as_written(record.answer),
          fitted.index_of(record.task),
          bin_of(record, fitted, "return"),
          auxiliary_of(record, fitted)};
}

std::optional<std::vector<data::Line>> detail::next_lines(data::LineReader& reader) {
  constexpr std::size_t together = 256;
  std::vector<data::Line> lines;
  for (data::Line line; lines.size() < together && reader.next(line);) lines.push_back(std::move(line));
  if (lines.empty()) return std::nullopt;
  return lines;
}

std::pair<data::Record, Sample> detail::read_sample(const data::Line& line, const command::Fitted& fitted) {
  try {
    data::Record record = data::record_from_json(data::parse_line(line));
    Sample sample = sample_of(record, fitted);
    return {std::move(record), std::move(sample)};
  } catch (const Error& error) {
    data::BadLines({}).take(line, error);
    throw;
  }
}

void detail::throw_no_records(const std::filesystem::path& folder) {
  throw user_error("there are no records").at(folder.string()).hint("make more, or tag again");
}

std::vector<Sample> first_samples(const std::filesystem::path& folder, const command::Fitted& fitted,
                                  std::size_t count) {
  std::multimap<std::string, Sample> first;
  for_each_sample(
      folder, fitted, [](const data::Record&, const Sample& sample) { return sample; },
      [&](Sample sample) {
        if (first.size() == count && sample.id >= first.rbegin()->first) return;
        first.emplace(sample.id, std::move(sample));
        if (first.size() > count) first.erase(std::prev(first.end()));
      });
  std::vector<Sample> samples;
  for (auto& [id, sample] : first) samples.push_back(std::move(sample));
  return samples;
}

}  // namespace udrl::train

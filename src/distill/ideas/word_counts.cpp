// Counting words, and choosing those of the table.
#include "word_counts.hpp"

#include <algorithm>
#include <set>

#include "udrl/base/process.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/command/spelling.hpp"
#include "udrl/data/phrases.hpp"
#include "udrl/data/record.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"

namespace udrl::distill {
namespace {

constexpr std::size_t shortest_word = 3;  // bytes

/// Letters alone: "4k" and "don't" are no ideas.
bool is_plain(const std::string& word) {
  return word.size() >= shortest_word && !data::is_stop_word(word) &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return (c >= 'a' && c <= 'z') || c >= 0x80; });
}

std::set<std::string> plain_words(const std::string& text) {
  std::set<std::string> words;
  for (std::string& word : data::word_tokens(text))
    if (is_plain(word)) words.insert(std::move(word));
  return words;
}

void count_answer(const data::Record& record, std::map<std::string, std::uint64_t>& said) {
  if (command::is_json(record.answer)) return;
  const data::OwnWords own(record.intent.intent);
  for (const std::string& word : plain_words(record.answer))
    if (own.has(word)) ++said[word];
}

std::set<std::string> words_of_nouns(const std::filesystem::path& file) {
  std::set<std::string> words;
  for (const std::string& phrase : data::read_phrases(file)) words.merge(plain_words(phrase));
  return words;
}

/// Those above `at_least` in answers to any one task, and all of requests, with how often they occur.
std::map<std::string, std::uint64_t> occurrences(const IdeasOptions& options, const WordCounts& counts) {
  std::map<std::string, std::uint64_t> all;
  for (const auto& [word, count] : counts.in_requests)
    if (is_plain(word)) all[word] += count;
  for (const auto& said : counts.answers)
    for (const auto& [word, count] : said)
      if (count >= static_cast<std::uint64_t>(options.at_least)) all[word] += count;
  return all;
}

}  // namespace

WordCounts count_words(const IdeasOptions& options) {
  const command::Fitted fitted = command::load(options.data / "commands.json");
  WordCounts counts;
  for (const auto& task : fitted.tasks) counts.tasks.push_back(task.name);
  counts.answers.resize(counts.tasks.size());
  data::JsonLinesReader reader(options.data / "train");
  while (const auto record = reader.next_as(data::record_from_json)) {
    check_stop("ideas stopped while it was counting words", "run the same command again");
    ++counts.records;
    for (const std::string& word : plain_words(record->intent.intent)) ++counts.in_requests[word];
    const auto bin = record->commands.find("return");
    const bool is_good = bin != record->commands.end() && std::int64_t{2} * bin->second >= fitted.bins - 1;
    if (is_good) count_answer(*record, counts.answers[static_cast<std::size_t>(fitted.index_of(record->task))]);
  }
  return counts;
}

std::vector<std::string> words_of_table(const IdeasOptions& options, const WordCounts& counts) {
  std::set<std::string> words = words_of_nouns(options.nouns);
  std::vector<std::pair<std::uint64_t, std::string>> others;
  for (const auto& [word, count] : occurrences(options, counts))
    if (!words.contains(word)) others.emplace_back(count, word);
  std::stable_sort(others.begin(), others.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [count, word] : others) {
    if (words.size() >= static_cast<std::size_t>(options.most_words)) break;
    words.insert(word);
  }
  return {words.begin(), words.end()};
}

}  // namespace udrl::distill

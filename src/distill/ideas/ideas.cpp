// Words counted, embedded, and written as a table.
#include "udrl/distill/ideas.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "principal.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/student/ideas.hpp"
#include "word_counts.hpp"

namespace udrl::distill {
namespace {

// A word in so large a share of the requests weighs half of one that is in none: "poster" and "flyer" say little.
constexpr double common_share = 0.002;
constexpr std::size_t batch = 256;

/// An endpoint may say what it likes.
void check_row(const std::vector<float>& row, std::size_t width, const std::string& word) {
  const bool is_finite = std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); });
  if (row.size() == width && is_finite && width > 0) return;
  throw failure("the embedder gives vectors that cannot be used")
      .at("the word '" + word + "'")
      .expected(std::to_string(width) + " finite numbers, as for the first word")
      .got(is_finite ? std::to_string(row.size()) + " numbers" : "a number that is not finite");
}

std::vector<std::vector<float>> embedded(const std::vector<std::string>& words, lm::LanguageModel& embedder,
                                         Observer& observer) {
  std::vector<std::vector<float>> rows;
  Progress progress{"ideas", "words", 0, words.size(), 0, ""};
  for (std::size_t begin = 0; begin < words.size(); begin += batch) {
    check_stop("ideas stopped while it was embedding words", "run the same command again");
    const auto some = std::span(words).subspan(begin, std::min(batch, words.size() - begin));
    for (std::vector<float>& row : embedder.embed(some)) {
      check_row(row, rows.empty() ? row.size() : rows.front().size(), words[rows.size()]);
      rows.push_back(std::move(row));
    }
    progress.done = rows.size();
    observer.progress(progress);
  }
  return rows;
}

std::vector<float> rarities(const std::vector<std::string>& words, const WordCounts& counts) {
  std::vector<float> out;
  for (const std::string& word : words) {
    const auto at = counts.in_requests.find(word);
    const double share =
        at == counts.in_requests.end() ? 0 : static_cast<double>(at->second) / static_cast<double>(counts.records);
    out.push_back(static_cast<float>(1 / (1 + share / common_share)));
  }
  return out;
}

std::vector<float> said_of(const std::vector<std::string>& words, const std::map<std::string, std::uint64_t>& answers,
                           int at_least) {
  std::vector<float> out;
  for (const std::string& word : words) {
    const auto at = answers.find(word);
    const bool enough = at != answers.end() && at->second >= static_cast<std::uint64_t>(at_least);
    out.push_back(enough ? static_cast<float>(at->second) : 0.0F);
  }
  return out;
}

student::IdeaWords table_of(const IdeasOptions& options, const WordCounts& counts, lm::LanguageModel& embedder,
                            Observer& observer) {
  student::IdeaWords table;
  table.words = words_of_table(options, counts);
  table.vectors = principal_parts(embedded(table.words, embedder, observer), options.dimensions);
  table.dimensions = static_cast<int>(table.vectors.size() / std::max<std::size_t>(1, table.words.size()));
  table.rarity = rarities(table.words, counts);
  table.tasks = counts.tasks;
  for (const auto& answers : counts.answers) table.said.push_back(said_of(table.words, answers, options.at_least));
  table.embedder = embedder.info().name;
  return table;
}

data::Manifest wanted_manifest(const IdeasOptions& options, const lm::ModelInfo& embedder, const RunContext& context) {
  data::Manifest manifest = data::manifest_of("ideas", context);
  manifest.models["embedder"] = embedder.sha256;
  for (const char* part : {"train", "commands.json"}) manifest.inputs[part] = data::hash_input(options.data / part);
  manifest.inputs["nouns"] = data::hash_input(options.nouns);
  return manifest;
}

void count(const student::IdeaWords& table, std::map<std::string, std::uint64_t>& counts) {
  counts["words"] = table.words.size();
  for (std::size_t task = 0; task < table.tasks.size(); ++task)
    counts["proposed_" + table.tasks[task]] = static_cast<std::uint64_t>(
        std::count_if(table.said[task].begin(), table.said[task].end(), [](float said) { return said > 0; }));
}

}  // namespace

void declare(OptionSet& set, IdeasOptions& o) {
  set.add("data", o.data, "tagged folder: train/ and commands.json are read").required().runtime_only();
  set.add("out", o.out, "folder of the table to write").required().runtime_only();
  set.add("nouns", o.nouns, "file of nouns that requests may hold, one a line").runtime_only();
  set.add("dimensions", o.dimensions, "of a word's vector; the table has so many bytes a word").range(8, 1024);
  set.add("at_least", o.at_least, "answers of a task that hold a word before it is proposed for the task")
      .range(1, 1e6);
  set.add("most_words", o.most_words, "words of the table; those of the nouns come first, then the most common")
      .range(100, 1e6);
  lm::declare(set, "embedder", o.embedder);
}

data::Manifest make_ideas(const IdeasOptions& options, const RunContext& context) {
  HeldFolder held(options.out);
  const auto embedder = lm::open_model(options.embedder, {&context.observer, {}});
  data::OutputFolder out(std::move(held), wanted_manifest(options, embedder->info(), context));
  if (out.manifest.complete) return out.manifest;
  const WordCounts counts = count_words(options);
  data::require_some(counts.records, (options.data / "train").string(), "record");
  const student::IdeaWords table = table_of(options, counts, *embedder, context.observer);
  student::write_ideas(out.path() / student::files::ideas, table);
  count(table, out.manifest.counts);
  out.finish();
  return out.manifest;
}

}  // namespace udrl::distill

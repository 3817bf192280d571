// Intents from lists: choose format and style by weight, then a phrasing that uses just these.
#include "udrl/distill/intents.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <unordered_set>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;
using data::Intent;

constexpr int tries_per_intent = 20;

struct Row {
  std::string first, second;
};

/// Rows of two tab-separated columns after a header line.
std::vector<Row> read_table(const fs::path& file) {
  std::istringstream lines(read_file(file));
  std::string line;
  std::vector<Row> rows;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (number == 1) continue;
    const auto tab = line.find('\t');
    if (tab == std::string::npos || line.find('\t', tab + 1) != std::string::npos)
      throw user_error("a row does not have two columns")
          .at(file.string() + ":" + std::to_string(number))
          .expected("two columns with one tab between them")
          .got("'" + line + "'")
          .hint("correct that line");
    rows.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  if (rows.empty()) throw user_error("the list is empty").at(file.string()).hint("add rows below the header line");
  return rows;
}

/// A list of choices with weights; "-" stands for none.
struct Weighted {
  std::vector<std::string> values;
  std::vector<double> weights;

  explicit Weighted(const fs::path& file) {
    for (const Row& row : read_table(file)) {
      double weight = -1;
      std::from_chars(row.second.data(), row.second.data() + row.second.size(), weight);
      if (!(weight >= 0))
        throw user_error("a weight is not a number of at least 0")
            .at(file.string())
            .got("'" + row.second + "'")
            .hint("correct it");
      values.push_back(row.first == "-" ? "" : row.first);
      weights.push_back(weight);
    }
  }
  const std::string& draw(RandomStream& stream) const { return values[stream.weighted(weights)]; }
};

struct Lists {
  std::vector<Row> subjects;  ///< group, subject
  Weighted formats, styles, phrasings;

  explicit Lists(const fs::path& folder)
      : subjects(read_table(folder / "subjects.tsv")),
        formats(folder / "formats.tsv"),
        styles(folder / "styles.tsv"),
        phrasings(folder / "phrasings.tsv") {}
};

bool uses(const std::string& pattern, const char* placeholder) {
  return pattern.find(placeholder) != std::string::npos;
}

void fill(std::string& pattern, const std::string& placeholder, const std::string& value) {
  const auto at = pattern.find(placeholder);
  if (at != std::string::npos) pattern.replace(at, placeholder.size(), value);
}

std::string draw_phrasing(const Lists& lists, const Intent& made_from, RandomStream& stream) {
  std::vector<double> weights = lists.phrasings.weights;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string& pattern = lists.phrasings.values[i];
    if (uses(pattern, "{format}") == made_from.format.empty() || uses(pattern, "{style}") == made_from.style.empty())
      weights[i] = 0;
  }
  if (std::all_of(weights.begin(), weights.end(), [](double w) { return w == 0; }))
    throw user_error("no phrasing uses just what was drawn")
        .at("phrasings.tsv")
        .expected("a pattern for each of: subject; with format; with style; with both")
        .hint("add the missing pattern");
  return lists.phrasings.values[stream.weighted(weights)];
}

Intent draw_intent(const Lists& lists, const Row& subject, RandomStream& stream) {
  Intent intent;
  intent.group = subject.first;
  intent.subject = subject.second;
  intent.format = lists.formats.draw(stream);
  intent.style = lists.styles.draw(stream);
  std::string text = draw_phrasing(lists, intent, stream);
  fill(text, "{subject}", intent.subject);
  fill(text, "{format}", intent.format);
  fill(text, "{style}", intent.style);
  intent.intent = data::normalise(text);
  intent.intent_id = content_id({intent.intent});
  return intent;
}

/// Takes each distinct intent once.
class Collector {
 public:
  bool add(Intent intent) {
    if (intent.intent.empty()) return ++counts["empty"], false;
    if (!seen_.insert(intent.intent_id).second) return ++counts["duplicates"], false;
    intents.push_back(std::move(intent));
    return true;
  }
  std::vector<Intent> intents;
  std::map<std::string, std::uint64_t> counts;

 private:
  std::unordered_set<std::string> seen_;
};

void collect_from_lists(const IntentsOptions& options, Collector& collector) {
  const Lists lists(options.lists);
  for (const Row& subject : lists.subjects) {
    RandomStream stream(options.seed, "intent/" + subject.second);
    int made = 0;
    for (int attempt = 0; made < options.per_subject && attempt < tries_per_intent * options.per_subject; ++attempt)
      made += collector.add(draw_intent(lists, subject, stream)) ? 1 : 0;
  }
}

Intent user_intent(const std::string& text) {
  Intent intent;
  intent.intent = data::normalise(text);
  intent.intent_id = content_id({intent.intent});
  intent.subject = intent.intent;
  return intent;
}

Intent user_intent(const data::Json& json) {
  if (!json.is_object() || !json.contains("intent") || !json["intent"].is_string())
    throw user_error("no field 'intent' with a string")
        .got(json.dump().substr(0, 80))
        .hint("give each line {\"intent\": \"…\"}");
  Intent intent = user_intent(json["intent"].get<std::string>());
  intent.group = json.value("group", "");
  intent.subject = json.value("subject", intent.intent);
  intent.format = json.value("format", "");
  intent.style = json.value("style", "");
  return intent;
}

void collect_from_file(const fs::path& file, Collector& collector) {
  if (file.extension() == ".jsonl" || file.extension() == ".gz" || fs::is_directory(file)) {
    data::JsonLinesReader reader(file);
    while (const auto intent = reader.next_as([](const data::Json& json) { return user_intent(json); }))
      collector.add(*intent);
    return;
  }
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) collector.add(user_intent(line));
}

std::map<std::string, std::string> hash_sources(const IntentsOptions& options) {
  if (!options.from.empty()) return {{"from", data::hash_input(options.from)}};
  std::map<std::string, std::string> hashes;
  for (const char* list : {"subjects.tsv", "formats.tsv", "styles.tsv", "phrasings.tsv"}) {
    hashes[list] = data::hash_input(options.lists / list);
  }
  return hashes;
}

}  // namespace

void declare(OptionSet& set, IntentsOptions& o) {
  set.add("lists", o.lists, "folder of subjects.tsv, formats.tsv, styles.tsv and phrasings.tsv").runtime_only();
  set.add("from", o.from, "your own intents instead: text, one a line, or JSONL with a field 'intent'").runtime_only();
  set.add("out", o.out, "folder to write").required().runtime_only();
  set.add("per_subject", o.per_subject, "intents made of each subject").range(1, 1000);
  set.add("limit", o.limit, "at most so many intents; 0: all").range(0, 1e9);
  set.add("seed", o.seed, "seed of all random choices");
}

data::Manifest make_intents(const IntentsOptions& options, const RunContext& context) {
  data::Manifest manifest;
  manifest.stage = "intents";
  manifest.command_line = context.command_line;
  manifest.config = data::Json::parse(context.output_config_json);
  manifest.seed = options.seed;
  manifest.inputs = hash_sources(options);
  manifest = data::open_output(options.out, manifest);
  if (manifest.complete) return manifest;

  Collector collector;
  if (options.from.empty()) collect_from_lists(options, collector);
  else collect_from_file(options.from, collector);
  RandomStream(options.seed, "intents/order").shuffle(collector.intents);
  if (options.limit > 0 && collector.intents.size() > static_cast<std::size_t>(options.limit))
    collector.intents.resize(static_cast<std::size_t>(options.limit));

  std::error_code ignored;
  fs::remove(options.out / "part-00000.jsonl", ignored);  // of a run that was stopped: made again in a moment
  data::ShardWriter writer(options.out);
  for (const Intent& intent : collector.intents) writer.append(data::to_json(intent));
  writer.close();
  collector.counts["intents"] = collector.intents.size();
  manifest.counts = collector.counts;
  manifest.complete = true;
  data::write_manifest(options.out, manifest);
  return manifest;
}

}  // namespace udrl::distill

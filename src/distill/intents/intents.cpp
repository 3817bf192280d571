// Candidates are normalised, filtered, and sorted by a hash of seed and text, which shuffles them and brings equal ones
// together. Not for: where candidates come from (lists.cpp, sources.cpp).
#include "udrl/distill/intents.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "invention.hpp"
#include "lists.hpp"
#include "same_meaning.hpp"
#include "sources.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/external_sort.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"
#include "udrl/lm/language_model.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;
using data::Intent;

/// Where an intent stands in the order of a seed.
std::uint64_t place_of(const std::string& intent_id, std::uint64_t seed) {
  return leading_bits(content_id({std::to_string(seed), intent_id}));
}

/// Candidates on their way to shards.
class Pipeline {
 public:
  Pipeline(const IntentsOptions& options, Observer& observer) : options_(options), sorter_(options.out) {
    if (options.drop_near) near_.emplace(options.near, options.out);
    if (options.same_meaning == 1) return;
    meaning_.emplace(options.same_meaning, options.out);
    embedder_ = lm::open_model(options.embedder, {&observer, options.out});  // what it lacks is said at once
  }

  /// False where it breaks a rule, and is left out.
  bool take(Intent intent) {
    intent.intent = data::normalise(intent.intent);
    intent.subject = data::normalise(intent.subject);
    const std::string rule = broken_intent_rule(intent.intent, options_.most_words);
    if (!rule.empty()) {
      ++counts[rule];
      return false;
    }
    intent.intent_id = content_id({intent.intent});
    sorter_.add(place_of(intent.intent_id, options_.seed), taken_, data::to_line(data::to_json(intent)));
    if (near_) near_->add(intent.intent);
    if (meaning_) meaning_->add(intent.subject, taken_, intent.intent);
    ++taken_;
    check_stop("making intents was stopped", "run the same command again");
    return true;
  }

  void write(const HeldFolder& out) {
    const std::vector<const char*> why_dropped = find_dropped();
    data::ShardWriter writer(out);
    std::string last_id;
    sorter_.drain([&](const data::ExternalSorter::Entry& entry) {
      if (options_.limit > 0 && counts["intents"] == static_cast<std::uint64_t>(options_.limit)) return;
      const data::Json json = data::parse_json(entry.payload);
      const bool again = std::exchange(last_id, json["intent_id"].get<std::string>()) == json["intent_id"];
      const char* why = again ? "duplicates" : why_dropped[entry.order];
      ++counts[why == nullptr ? "intents" : why];
      if (why == nullptr) writer.append(json);
    });
    writer.close();
  }

  std::map<std::string, std::uint64_t> counts{{"intents", 0}, {"duplicates", 0}};

 private:
  /// By number of candidate; nullptr: stays. Of equal texts the first stays.
  std::vector<const char*> find_dropped() {
    std::vector<const char*> why(taken_, nullptr);
    if (meaning_)
      for (const std::uint64_t item : meaning_->find(*embedder_)) why[item] = "same_meaning";
    if (near_) {
      for (const auto& duplicate : near_->find()) why[duplicate.item] = "near_duplicates";
    }
    return why;
  }

  const IntentsOptions& options_;
  data::ExternalSorter sorter_;
  std::optional<data::NearFinder> near_;
  std::optional<SameMeaning> meaning_;
  std::unique_ptr<lm::LanguageModel> embedder_;
  std::uint64_t taken_ = 0;
};

/// An empty list would be blamed on the next stage's input.
Error no_intents(const IntentsOptions& options, const std::map<std::string, std::uint64_t>& counts) {
  return user_error("no intent is left")
      .at(options.from.empty() ? options.lists.string() : options.from.string())
      .expected("at least one")
      .got(data::to_text(counts))
      .hint("add intents, or allow longer ones with --most-words");
}

/// Intents to show a teacher, of all that were taken: those with the lowest places, as lists stand by group.
class Seeds {
 public:
  void add(Intent intent, std::uint64_t place) {
    if (kept_.size() == most && place >= std::prev(kept_.end())->first) return;
    kept_.emplace(place, Seed{seen_++, std::move(intent)});
    if (kept_.size() > most) kept_.erase(std::prev(kept_.end()));
  }
  /// In the order in which they came.
  std::vector<Intent> take() {
    std::vector<Seed> seeds;
    for (auto& [place, seed] : kept_) seeds.push_back(std::move(seed));
    std::sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.number < b.number; });
    std::vector<Intent> intents;
    for (Seed& seed : seeds) intents.push_back(std::move(seed.intent));
    return intents;
  }

 private:
  static constexpr std::size_t most = 20'000;  ///< plenty
  struct Seed {
    std::uint64_t number;
    Intent intent;
  };
  std::multimap<std::uint64_t, Seed> kept_;
  std::uint64_t seen_ = 0;
};

void collect(const IntentsOptions& options, const RunContext& context, Pipeline& pipeline) {
  Seeds all;
  const auto take = [&](Intent intent) {
    if (!pipeline.take(intent) || options.invent == 0) return;
    const std::uint64_t place = place_of(content_id({intent.intent}), options.seed);
    all.add(std::move(intent), place);
  };
  if (options.from.empty()) intents_from_lists(options, take);
  else intents_from_file(options.from, take);
  if (options.invent == 0) return;
  const std::vector<Intent> seeds = all.take();
  if (seeds.empty()) throw no_intents(options, pipeline.counts);
  const auto teacher = lm::open_model(options.teacher, {&context.observer, options.out});
  const InventionOptions invention{static_cast<std::uint64_t>(options.invent), options.seed, options.out / "invented",
                                   &pipeline.counts};
  invented_intents(invention, seeds, *teacher, context, [&](Intent intent) {
    ++pipeline.counts["invented"];
    pipeline.take(std::move(intent));
  });
}

data::Manifest wanted_manifest(const IntentsOptions& options, const RunContext& context) {
  data::Manifest manifest = data::manifest_of("intents", context);
  manifest.seed = options.seed;
  if (options.from.empty()) manifest.inputs = hash_lists(options);
  else manifest.inputs["from"] = data::hash_input(options.from);
  // An endpoint's name is in the config.
  const auto note = [&](const char* role, const lm::ModelOptions& model) {
    if (fs::exists(model.gguf)) manifest.models[role] = lm::model_identity(sha256_file(model.gguf), model.weights);
  };
  if (options.invent > 0) note("teacher", options.teacher);
  if (options.same_meaning < 1) note("embedder", options.embedder);
  return manifest;
}

/// What a run that was stopped or killed left: all of it is made again in a moment.
void remove_leftovers(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("part-")) fs::remove(entry.path());
  }
}

/// What a teacher failed is counted, though nothing else is made yet.
void keep_failures(data::OutputFolder& out, const std::map<std::string, std::uint64_t>& counts) {
  out.manifest.counts.clear();
  for (const auto& count : counts)
    if (count.first.starts_with("failed_")) out.manifest.counts.insert(count);
  if (!out.manifest.counts.empty()) out.save();
}

}  // namespace

void declare(OptionSet& set, IntentsOptions& o) {
  set.add("lists", o.lists, "folder of subjects, formats.tsv, occasions.tsv, styles.tsv, phrasings.tsv").runtime_only();
  set.add("subjects", o.subjects, "files of that folder with the subjects");
  set.add("from", o.from,
          "your own intents instead: .txt, one a line; .csv or .tsv with a column 'intent'; .jsonl or .json with a "
          "field")
      .runtime_only();
  set.add("out", o.out, "folder to write").required().runtime_only();
  set.add("per_subject", o.per_subject, "intents made of each subject").range(1, 1000);
  set.add("limit", o.limit, "at most so many intents; 0: all").range(0, 1e9);
  set.add("most_words", o.most_words, "leave out longer intents").range(1, 80);
  set.add("drop_near", o.drop_near, "leave out what is nearly the same as an earlier one");
  data::declare(set, "near", o.near);
  set.add("same_meaning", o.same_meaning, "cosine from which two intents of a subject mean the same; 1: not compared")
      .range(-1, 1);
  lm::declare(set, "embedder", o.embedder);
  set.add("invent", o.invent, "lists of up to eight intents that the teacher is asked to invent").range(0, 1e7);
  lm::declare(set, "teacher", o.teacher);
  set.add("seed", o.seed, "seed of all random choices");
}

data::Manifest make_intents(const IntentsOptions& options, const RunContext& context) {
  HeldFolder held(options.out);
  data::OutputFolder out(std::move(held), wanted_manifest(options, context));
  if (out.manifest.complete) return out.manifest;
  remove_leftovers(out.path());
  Pipeline pipeline(options, context.observer);
  try {
    collect(options, context, pipeline);
  } catch (const Error&) {
    keep_failures(out, pipeline.counts);
    throw;
  }
  pipeline.write(out);
  if (pipeline.counts["intents"] == 0) throw no_intents(options, pipeline.counts);
  out.manifest.counts = pipeline.counts;
  out.finish();
  return out.manifest;
}

}  // namespace udrl::distill

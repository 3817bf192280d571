// Each threshold on its own: which answers would go, and a few of them to look at.
#include "udrl/inspect/duplicates.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>

#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/shown.hpp"
#include "udrl/base/table.hpp"
#include "udrl/data/record_stream.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::inspect {
namespace {

using data::NearFinder;

/// Numbers answers as the stream gives them, task by task.
struct Answers {
  std::map<std::string, std::vector<std::uint64_t>> of_task;  ///< number in the stream of each answer
  std::unordered_map<std::uint64_t, std::uint32_t> intent;    ///< by number in the stream
};

template <class Use>
void for_each_answer(const DuplicatesOptions& options, Use use) {
  data::RecordStream stream(options.input, {});
  for (std::uint64_t number = 0; const auto record = stream.next(); ++number) {
    check_stop("the search for duplicates was stopped", "run the same command again");
    if (record->is_whole()) use(number, *record);
  }
}

struct Found {
  std::uint64_t kept, dropped;  ///< numbers in the stream
  double similarity;
};

std::vector<Found> find(const DuplicatesOptions& options, double threshold, Answers& answers) {
  data::NearOptions near = options.near;
  near.threshold = threshold;
  answers = {};
  std::map<std::string, std::unique_ptr<NearFinder>> finders;
  std::unordered_map<std::string, std::uint32_t> intents;
  for_each_answer(options, [&](std::uint64_t number, const data::Record& record) {
    auto& finder = finders[record.task];
    if (!finder) finder = std::make_unique<NearFinder>(near, options.temporary);
    finder->add(record.answer);
    answers.of_task[record.task].push_back(number);
    const auto intent = intents.emplace(record.intent.intent_id, static_cast<std::uint32_t>(intents.size())).first;
    answers.intent[number] = intent->second;
  });
  std::vector<Found> found;
  for (const auto& [task, finder] : finders) {
    const auto& numbers = answers.of_task.at(task);
    for (const auto& d : finder->find()) found.push_back({numbers[d.of], numbers[d.item], d.similarity});
  }
  return found;
}

ThresholdEffect effect_of(const DuplicatesOptions& options, double threshold) {
  Answers answers;
  std::vector<Found> found = find(options, threshold, answers);
  data::require_some(answers.intent.size(), options.input.front(), "complete answer");
  ThresholdEffect effect{threshold, answers.intent.size(), 0, 0, {}};
  const auto same = [&](const Found& f) { return answers.intent.at(f.kept) == answers.intent.at(f.dropped); };
  for (const Found& f : found) ++(same(f) ? effect.near : effect.near_across);

  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.similarity < b.similarity; });
  found.resize(std::min<std::size_t>(found.size(), static_cast<std::size_t>(options.examples)));
  std::map<std::uint64_t, std::string> texts;
  for (const Found& f : found) texts[f.kept], texts[f.dropped];
  for_each_answer(options, [&](std::uint64_t number, const data::Record& record) {
    const auto wanted = texts.find(number);
    if (wanted != texts.end()) wanted->second = record.answer;
  });
  for (const Found& f : found) effect.examples.push_back({f.similarity, same(f), texts[f.kept], texts[f.dropped]});
  return effect;
}

}  // namespace

void declare(OptionSet& set, DuplicatesOptions& o) {
  set.add("input", o.input, "folders of samples or scored records, pooled").required();
  set.add("temporary", o.temporary, "folder for temporary files, a kilobyte an answer");
  set.add("thresholds", o.thresholds, "similarities from which two answers would count as nearly the same");
  set.add("examples", o.examples, "pairs shown for each threshold").range(0, 100);
  data::declare(set, "near", o.near);
}

std::vector<ThresholdEffect> threshold_effects(const DuplicatesOptions& options, const RunContext& context) {
  std::vector<double> thresholds = options.thresholds;
  std::sort(thresholds.begin(), thresholds.end());
  Progress progress{"duplicates", "thresholds", 0, thresholds.size(), 0, ""};
  std::vector<ThresholdEffect> effects;
  for (const double threshold : thresholds) {
    effects.push_back(effect_of(options, threshold));
    ++progress.done;
    context.observer.progress(progress);
  }
  return effects;
}

std::string to_text(const std::vector<ThresholdEffect>& effects) {
  std::vector<std::vector<std::string>> lines{{"threshold", "answers", "near, same intent", "near, another intent"}};
  for (const auto& e : effects) {
    lines.push_back(
        {fixed(e.threshold, 2), std::to_string(e.answers), std::to_string(e.near), std::to_string(e.near_across)});
  }
  std::string text = aligned_table(lines, 0);
  for (const auto& e : effects) {
    for (const auto& pair : e.examples) {
      text += "\nfrom " + fixed(e.threshold, 2) + ": " + fixed(pair.similarity, 2) +
              (pair.same_intent ? ", the same intent" : ", another intent") + "\n  stays: " + shown(pair.kept) +
              "\n  goes:  " + shown(pair.dropped) + "\n";
    }
  }
  return text;
}

}  // namespace udrl::inspect

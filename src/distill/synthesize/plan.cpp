// Blocks of intents, their questions sorted by few-shot subset. Not for: asking them (synthesize.cpp).
#include "plan.hpp"

#include <algorithm>
#include <numeric>

#include "udrl/base/files.hpp"

namespace udrl::distill {

using data::Intent;
using data::Record;

std::vector<std::vector<Subset>> make_subsets(const std::vector<task::Task>& tasks, const lm::LanguageModel& teacher,
                                              std::uint64_t seed) {
  std::vector<std::vector<Subset>> all;
  for (const task::Task& task : tasks) {
    std::vector<Subset> subsets;
    for (auto& shots : task::few_shot_subsets(task, seed)) {
      Subset subset{&task, shots, {}, task::shared_segments(task, shots, teacher)};
      for (const task::Example& shot : shots) subset.ids.push_back(shot.id);
      subsets.push_back(std::move(subset));
    }
    all.push_back(std::move(subsets));
  }
  return all;
}

Plan::Plan(const SynthesizeOptions& options, std::vector<Intent> intents,
           const std::vector<std::vector<Subset>>& subsets, std::string teacher, data::IdNumbers answered)
    : options_(options),
      intents_(std::move(intents)),
      subsets_(subsets),
      teacher_(std::move(teacher)),
      answered_(std::move(answered)) {}

std::uint64_t Plan::total() const {
  return intents_.size() * tasks_per_intent() * static_cast<std::uint64_t>(options_.draws);
}

std::optional<Planned> Plan::next() {
  while (position_ == block_.size()) {
    if (next_intent_ >= intents_.size()) return std::nullopt;
    fill_block();
  }
  return block_[position_++];
}

void Plan::fill_block() {
  block_.clear();
  position_ = 0;
  const std::size_t end = std::min(intents_.size(), next_intent_ + static_cast<std::size_t>(options_.block));
  for (; next_intent_ < end; ++next_intent_)
    for (const std::size_t task : tasks_of(intents_[next_intent_]))
      for (int draw = 0; draw < options_.draws; ++draw)
        add(intents_[next_intent_], subsets_[task], options_.first_draw + draw);
  std::stable_sort(block_.begin(), block_.end(),
                   [](const Planned& a, const Planned& b) { return a.subset < b.subset; });
}

std::size_t Plan::tasks_per_intent() const {
  const auto wanted = static_cast<std::size_t>(options_.tasks_per_intent);
  return wanted == 0 ? subsets_.size() : std::min(wanted, subsets_.size());
}

std::vector<std::size_t> Plan::tasks_of(const Intent& intent) const {
  std::vector<std::size_t> tasks(subsets_.size());
  std::iota(tasks.begin(), tasks.end(), 0);
  if (tasks_per_intent() == tasks.size()) return tasks;
  RandomStream(options_.seed, "tasks/" + intent.intent_id).shuffle(tasks);
  tasks.resize(tasks_per_intent());
  return tasks;
}

void Plan::add(const Intent& intent, const std::vector<Subset>& task_subsets, int draw) {
  Record record;
  record.intent = intent;
  record.task = task_subsets.front().task->name;
  record.teacher = teacher_;
  record.draw = draw;
  record.id = content_id({intent.intent, record.task, teacher_, std::to_string(draw)});
  if (answered_.contains(record.id)) return;
  RandomStream stream(options_.seed, "synthesize/" + record.id);
  const Subset& subset = task_subsets[choose_subset(record, task_subsets.size(), stream)];
  record.sampling.temperature = options_.temperatures[static_cast<std::size_t>(draw) % options_.temperatures.size()];
  record.sampling.top_p = options_.top_p;
  record.sampling.seed = stream();
  record.sampling.few_shot = subset.ids;
  block_.push_back({std::move(record), &subset});
}

/// Draws of an intent take turns among a few subsets, so that those of one subset ask the same question, which the
/// teacher then reads once.
std::size_t Plan::choose_subset(const Record& record, std::size_t count, RandomStream& stream) const {
  if (options_.subsets_per_intent == 0) return stream.below(count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  RandomStream(options_.seed, "subsets/" + content_id({record.intent.intent, record.task, teacher_})).shuffle(order);
  return order[static_cast<std::size_t>(record.draw % options_.subsets_per_intent) % count];
}

}  // namespace udrl::distill

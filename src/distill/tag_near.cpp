// Answers of a task against each other on the disk; held-out texts in memory, training rows against them.
#include "tag_near.hpp"

#include <memory>
#include <unordered_map>

#include "udrl/data/near_duplicates.hpp"

namespace udrl::distill {
namespace {

/// Intents of these parts differ from all that train by design; those of the others are close to some by design.
bool is_of_new_subjects(Split split) {
  return split == Split::valid || split == Split::test || split == Split::test_groups;
}

class HeldOut {
 public:
  HeldOut(const data::NearOptions& near, std::size_t tasks) : intents_(near), prompts_(tasks, data::NearIndex(near)) {}

  void add(const Row& row, const data::Record& record) {
    prompts_[row.task].add(record.prompt, 0);
    if (!is_of_new_subjects(row.split)) return;
    if (seen_.emplace(record.intent.intent_id, false).second) intents_.add(record.intent.intent, 0);
  }
  bool is_near(const Row& row, const data::Record& record) {
    const auto [entry, added] = seen_.emplace(record.intent.intent_id, false);
    if (added) entry->second = intents_.find(record.intent.intent).has_value();
    return entry->second || prompts_[row.task].find(record.prompt).has_value();
  }

 private:
  data::NearIndex intents_;
  std::vector<data::NearIndex> prompts_;        ///< by task
  std::unordered_map<std::string, bool> seen_;  ///< intent ids; of training ones, whether they are near
};

const std::string looking = "looking for near duplicates";

}  // namespace

void drop_near_samples(Pool& pool, const TagOptions& options, const std::function<RecordStream()>& open,
                       Observer& observer) {
  std::vector<std::unique_ptr<data::NearFinder>> finders;  // by task
  std::vector<std::vector<std::uint32_t>> rows(pool.tasks.size());
  for (std::size_t task = 0; task < pool.tasks.size(); ++task)
    finders.push_back(std::make_unique<data::NearFinder>(options.near, options.out));
  for_each_kept(pool, open(), {"tag: near duplicates", looking}, observer,
                [&](const Row& row, const data::Record& record) {
                  finders[row.task]->add(record.prompt);
                  rows[row.task].push_back(static_cast<std::uint32_t>(&row - pool.rows.data()));
                });
  for (std::size_t task = 0; task < pool.tasks.size(); ++task) {
    for (const auto& duplicate : finders[task]->find()) {
      Row& row = pool.rows[rows[task][duplicate.item]];
      const bool same_intent = row.group == pool.rows[rows[task][duplicate.of]].group;
      row.outcome = same_intent ? Outcome::near_duplicate : Outcome::near_duplicate_across;
    }
  }
}

void drop_near_held_out(Pool& pool, const TagOptions& options, const std::function<RecordStream()>& open,
                        Observer& observer) {
  HeldOut held_out(options.near, pool.tasks.size());
  for_each_kept(pool, open(), {"tag: held-out texts", looking}, observer,
                [&](const Row& row, const data::Record& record) {
                  if (data::held_out(row.split)) held_out.add(row, record);
                });
  for_each_kept(pool, open(), {"tag: near held-out texts", looking}, observer,
                [&](Row& row, const data::Record& record) {
                  if (!data::held_out(row.split) && held_out.is_near(row, record)) row.outcome = Outcome::near_held_out;
                });
}

}  // namespace udrl::distill

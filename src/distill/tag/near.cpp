// Answers of a task against each other; intents and answers that train against those that are held out.
#include "steps.hpp"

namespace udrl::distill {
namespace {

const std::string looking = "looking for near duplicates";

/// Intents of these parts differ from all that train by design; those of the others are close to some by design.
bool is_of_new_subjects(Split split) {
  return split == Split::valid || split == Split::test || split == Split::test_groups;
}

/// By number of intent: on which side its kept rows are, if it has any.
std::vector<std::optional<data::Side>> sides_of_intents(Pool& pool) {
  std::vector<std::optional<data::Side>> sides(pool.intents.size());
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) {
    if (!row.kept()) return;
    if (row.split == Split::train || is_of_new_subjects(row.split)) {
      sides[row.intent] = data::Side{0, data::held_out(row.split)};
    }
  });
  return sides;
}

std::vector<bool> intents_near_held_out(Pool& pool) {
  const auto sides = sides_of_intents(pool);
  std::vector<bool> near(pool.intents.size());
  data::find_near_references(
      pool.intents, [&](std::uint64_t intent) { return sides[intent]; },
      [&](std::uint64_t intent) { near[intent] = true; });
  return near;
}

}  // namespace

void drop_near_samples(Pool& pool, Observer& observer) {
  Pass pass(observer, "tag: near duplicates", looking, pool.rows.size());
  const auto task_of = [&](std::uint64_t number) -> std::optional<data::Scope> {
    const RecordRow row = pool.rows.read(number);
    pass.step();
    return row.kept() ? std::optional<data::Scope>(row.task) : std::nullopt;
  };
  data::find_near_duplicates(pool.answers, task_of, [&](const data::NearDuplicate& found) {
    const bool same_intent = pool.rows.read(found.item).intent == pool.rows.read(found.of).intent;
    pool.rows.set_outcome(found.item, same_intent ? RowOutcome::near_duplicate : RowOutcome::near_duplicate_across);
  });
}

void drop_near_held_out(Pool& pool, Observer& observer) {
  const std::vector<bool> near_intents = intents_near_held_out(pool);
  Pass pass(observer, "tag: near held-out texts", looking, pool.rows.size());
  pool.rows.update([&](std::uint64_t, RecordRow& row, std::span<const double>) {
    if (row.trains() && near_intents[row.intent]) row.outcome = RowOutcome::near_held_out;
  });
  const auto side_of = [&](std::uint64_t number) -> std::optional<data::Side> {
    const RecordRow row = pool.rows.read(number);
    pass.step();
    return row.kept() ? std::optional(data::Side{row.task, data::held_out(row.split)}) : std::nullopt;
  };
  data::find_near_references(pool.answers, side_of,
                             [&](std::uint64_t number) { pool.rows.set_outcome(number, RowOutcome::near_held_out); });
}

}  // namespace udrl::distill

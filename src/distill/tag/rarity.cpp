// Pairs of words, counted and looked up.
#include "rarity.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "text_and_rows.hpp"
#include "udrl/base/in_order.hpp"
#include "udrl/data/hash.hpp"
#include "udrl/data/text.hpp"

namespace udrl::distill {
namespace {

constexpr std::size_t places = std::size_t{1} << 24;            // 64 MB
constexpr std::string_view edge = "\n", of_the_request = "\t";  // no words

struct RowPairs {
  std::uint64_t number = 0;
  RecordRow row;
  std::vector<std::uint32_t> pairs;  ///< none of a row that was not kept
};

std::vector<RowPairs> pairs_of(const LineBatch& batch) {
  std::vector<RowPairs> out;
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    const RecordRow& row = batch.rows[i];
    out.push_back({batch.first + i, row, {}});
    if (!row.kept()) continue;
    const data::Record record = record_of(batch.lines[i], row);
    out.back().pairs = pair_places(row.task, record.intent.intent, record.answer);
  }
  return out;
}

/// Calls use(pairs) for each row that was kept, in their order.
void for_each_kept(Pool& pool, const std::vector<std::string>& input, Observer& observer, const std::string& doing,
                   const std::function<void(RowPairs)>& use) {
  Pass pass(observer, "tag: rarity", doing, pool.rows.size());
  TextAndRows text(pool, input);
  in_order([&] { return text.next(); }, pairs_of,
           [&](std::vector<RowPairs> batch) {
             for (RowPairs& one : batch) {
               if (one.row.kept()) use(std::move(one));
               pass.step();
             }
           });
}

}  // namespace

std::vector<std::uint32_t> pair_places(std::uint16_t task, std::string_view request, std::string_view answer) {
  const data::OwnWords own(request);
  std::vector<std::string> words = data::word_tokens(answer);
  for (std::string& word : words)
    if (!data::is_stop_word(word) && !own.has(word)) word = of_the_request;
  words.emplace_back(edge);
  std::vector<std::uint32_t> found;
  std::string_view before = edge;
  for (const std::string& word : words) {
    const std::uint64_t hash = data::mix(data::mix(data::hash_bytes(before) + task) ^ data::hash_bytes(word));
    found.push_back(static_cast<std::uint32_t>(hash % places));
    before = word;
  }
  return found;
}

PairCounts::PairCounts() : answers_(places, 0) {}

void PairCounts::add(std::uint16_t task, std::vector<std::uint32_t> pairs) {
  if (of_task_.size() <= task) of_task_.resize(task + std::size_t{1}, 0);
  ++of_task_[task];
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  for (const std::uint32_t place : pairs)
    answers_[place] += answers_[place] < std::numeric_limits<std::uint32_t>::max() ? 1 : 0;
}

double PairCounts::rarity(std::uint16_t task, const std::vector<std::uint32_t>& pairs) const {
  if (of_task_.size() <= task || of_task_[task] == 0) return 0;
  const auto all = static_cast<double>(of_task_[task]);
  double sum = 0;
  for (const std::uint32_t place : pairs)
    sum -= std::log(std::min(1.0, static_cast<double>(std::max(1U, answers_[place])) / all));
  return sum / static_cast<double>(pairs.size());
}

void fill_rarity(Pool& pool, const std::vector<std::string>& input, Observer& observer) {
  const auto at = std::find(pool.score_names.begin(), pool.score_names.end(), rarity_score);
  if (at == pool.score_names.end()) return;
  const auto which = static_cast<std::size_t>(at - pool.score_names.begin());
  PairCounts counts;
  for_each_kept(pool, input, observer, "counting pairs of words", [&](RowPairs one) {
    if (one.row.trains()) counts.add(one.row.task, std::move(one.pairs));
  });
  for_each_kept(pool, input, observer, "looking pairs of words up", [&](const RowPairs& one) {
    pool.rows.set_score(one.number, which, counts.rarity(one.row.task, one.pairs));
  });
}

}  // namespace udrl::distill

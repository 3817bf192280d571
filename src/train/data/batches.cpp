// Buckets, windows and their steps. Not for: the background thread (batch_stream.cpp).
#include "batches.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "udrl/base/in_order.hpp"
#include "udrl/base/random.hpp"

namespace udrl::train {
namespace {

void add_row(MicroBatch& batch, const Indexed& one, int pad_id) {
  const Sequence& s = one.sequence;
  const std::int64_t start = batch.rows++ * batch.width;
  batch.ids.resize(static_cast<std::size_t>(start + batch.width), pad_id);
  std::copy(s.ids.begin(), s.ids.end(), batch.ids.begin() + start);
  for (int t = s.first_target; t < s.length(); ++t) {
    batch.positions.push_back(start + t - 1);
    batch.targets.push_back(s.ids[static_cast<std::size_t>(t)]);
  }
  batch.records.push_back(one.record);
  batch.tokens += s.length();
}

MicroBatch make_batch(const std::vector<Indexed>& sequences, std::size_t from, std::size_t to, int pad_id) {
  MicroBatch batch;
  for (std::size_t i = from; i < to; ++i) {
    batch.width = std::max<std::int64_t>(batch.width, sequences[i].sequence.length());
  }
  for (std::size_t i = from; i < to; ++i) add_row(batch, sequences[i], pad_id);
  return batch;
}

/// Each target weighs what its record does.
void weigh(MicroBatch& batch, const std::function<double(std::uint32_t)>& weight_of) {
  for (const std::int64_t position : batch.positions)
    batch.weights.push_back(weight_of(batch.records[static_cast<std::size_t>(position / batch.width)]));
}

double weight_of_targets(const MicroBatch& batch) {
  if (batch.weights.empty()) return static_cast<double>(batch.targets.size());
  return std::accumulate(batch.weights.begin(), batch.weights.end(), 0.0);
}

/// Where batches of at most `budget` positions begin and end in what is sorted by length: from the longest down, so
/// that one length always has the same number of rows: few shapes recur, and what LibTorch compiles for a shape is used
/// again.
template <class Sorted, class LengthOf>
std::vector<std::pair<std::size_t, std::size_t>> cuts(const Sorted& sorted, int budget, LengthOf length_of) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t to = sorted.size(); to > 0;) {
    const auto rows = static_cast<std::size_t>(std::max(1, budget / length_of(sorted[to - 1])));
    const std::size_t from = to > rows ? to - rows : 0;
    out.emplace_back(from, to);
    to = from;
  }
  return out;
}

/// A sequence to be made: a record of the window, or a further copy of it.
struct Item {
  std::uint32_t record;
  int copy;
};

std::vector<Item> window_items(const BatchSource& source, std::uint64_t epoch, std::uint64_t window) {
  const Permutation order(source.records, source.seed, "order:" + std::to_string(epoch));
  const std::uint64_t count = windows(source);
  const std::uint64_t from = order.size() * window / count, to = order.size() * (window + 1) / count;
  std::vector<Item> items;
  for (std::uint64_t i = from; i < to; ++i) {
    const auto record = static_cast<std::uint32_t>(order(i));
    const int copies = source.copies_of ? source.copies_of(record, epoch) : 1;
    for (int copy = 0; copy < copies; ++copy) items.push_back({record, copy});
  }
  return items;
}

std::vector<Indexed> window_sequences(const BatchSource& source, std::uint64_t epoch, std::uint64_t window) {
  constexpr std::size_t together = 256;
  const std::vector<Item> items = window_items(source, epoch, window);
  const double of_epoch = static_cast<double>(window) / static_cast<double>(windows(source));
  const Pass pass{epoch, static_cast<double>(epoch) + of_epoch};
  std::vector<Indexed> sequences;
  std::size_t next = 0;
  in_order(
      [&]() -> std::optional<std::span<const Item>> {
        if (next == items.size()) return std::nullopt;
        const std::size_t from = std::exchange(next, std::min(next + together, items.size()));
        return std::span(items).subspan(from, next - from);
      },
      [&](std::span<const Item> some) {
        std::vector<Indexed> made;
        for (const auto& [record, copy] : some) made.push_back({source.sequence_of(record, pass, copy), record});
        return made;
      },
      [&](std::vector<Indexed> made) {
        for (Indexed& one : made)
          if (one.sequence.length() <= source.longest) sequences.push_back(std::move(one));
      });
  return sequences;
}

std::size_t batches_a_step(const BatchOptions& options) {
  return static_cast<std::size_t>(std::max(1, (options.step_tokens + options.micro_tokens / 2) / options.micro_tokens));
}

/// The number that makes steps come nearest to so many batches; one at least, where there is any.
std::size_t steps_of(std::size_t batches, std::size_t per_step) {
  return batches == 0 ? 0 : std::max<std::size_t>(1, (batches + per_step / 2) / per_step);
}

/// Groups of whole micro-batches, as equal as can be.
std::vector<Step> group(std::vector<MicroBatch> batches, std::size_t per_step, std::uint64_t epoch) {
  std::vector<Step> steps(steps_of(batches.size(), per_step));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t from = batches.size() * i / steps.size(), to = batches.size() * (i + 1) / steps.size();
    steps[i].epoch = epoch;
    for (std::size_t j = from; j < to; ++j) steps[i].micro_batches.push_back(std::move(batches[j]));
  }
  return steps;
}

template <class Of>
auto sum(const std::vector<MicroBatch>& batches, Of of) {
  decltype(of(batches.front())) total = 0;
  for (const MicroBatch& batch : batches) total += of(batch);
  return total;
}

}  // namespace

std::int64_t Step::targets() const {
  return sum(micro_batches, [](const MicroBatch& b) { return static_cast<std::int64_t>(b.targets.size()); });
}
double Step::weight() const { return sum(micro_batches, weight_of_targets); }
std::int64_t Step::tokens() const {
  return sum(micro_batches, [](const MicroBatch& b) { return b.tokens; });
}
std::int64_t Step::positions() const {
  return sum(micro_batches, [](const MicroBatch& b) { return b.rows * b.width; });
}

std::vector<MicroBatch> bucket(std::vector<Indexed> sequences, int budget, int pad_id) {
  std::stable_sort(sequences.begin(), sequences.end(),
                   [](const Indexed& a, const Indexed& b) { return a.sequence.length() < b.sequence.length(); });
  std::vector<MicroBatch> batches;
  for (const auto& [from, to] : cuts(sequences, budget, [](const Indexed& one) { return one.sequence.length(); }))
    batches.push_back(make_batch(sequences, from, to, pad_id));
  return batches;
}

std::uint32_t window_of(const BatchOptions& options) {
  return static_cast<std::uint32_t>(std::max({8192, 2 * options.micro_tokens, options.step_tokens / 2}));
}

std::uint64_t windows(const BatchSource& source) {
  return std::max<std::uint64_t>(1, (source.records + source.window - 1) / source.window);
}

std::vector<Step> window_steps(const BatchSource& source, std::uint64_t epoch, std::uint64_t window) {
  auto batches = bucket(window_sequences(source, epoch, window), source.options.micro_tokens, source.pad_id);
  if (source.weight_of)
    for (MicroBatch& batch : batches) weigh(batch, source.weight_of);
  RandomStream(source.seed, "steps:" + std::to_string(epoch) + ":" + std::to_string(window)).shuffle(batches);
  return group(std::move(batches), batches_a_step(source.options), epoch);
}

EpochCount count_epoch(const BatchSource& source, std::uint64_t epoch,
                       const std::function<Lengths(std::uint32_t record)>& lengths_of) {
  EpochCount count;
  for (std::uint64_t window = 0; window < windows(source); ++window) {
    std::vector<int> lengths;
    for (const Item& item : window_items(source, epoch, window)) {
      const Lengths one = lengths_of(item.record);
      if (one.tokens > source.longest) {
        ++count.too_long;
        continue;
      }
      lengths.push_back(one.tokens);
      count.tokens += static_cast<std::uint64_t>(one.tokens);
      count.targets += static_cast<std::uint64_t>(one.targets);
    }
    std::sort(lengths.begin(), lengths.end());
    const auto batches = cuts(lengths, source.options.micro_tokens, [](int length) { return length; });
    for (const auto& [from, to] : batches) count.positions += (to - from) * static_cast<std::uint64_t>(lengths[to - 1]);
    count.sequences += lengths.size();
    count.steps += steps_of(batches.size(), batches_a_step(source.options));
  }
  return count;
}

std::uint64_t steps_to_take(const EpochCount& epoch, int steps, double epochs) {
  if (steps > 0) return static_cast<std::uint64_t>(steps);
  return std::max<std::uint64_t>(1,
                                 static_cast<std::uint64_t>(std::llround(epochs * static_cast<double>(epoch.steps))));
}

}  // namespace udrl::train

// Buckets, windows and their steps. Not for: the background thread (batch_stream.cpp).
#include "udrl/train/batches.hpp"

#include <algorithm>
#include <numeric>
#include <string>

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

/// The epoch's order of all records: shuffled anew each epoch.
std::vector<std::uint32_t> epoch_order(const BatchSource& source, std::uint64_t epoch) {
  std::vector<std::uint32_t> order(source.records);
  std::iota(order.begin(), order.end(), 0U);
  RandomStream(source.seed, "order:" + std::to_string(epoch)).shuffle(order);
  return order;
}

std::vector<Indexed> window_sequences(const BatchSource& source, std::uint64_t epoch, std::uint64_t window) {
  const std::vector<std::uint32_t> order = epoch_order(source, epoch);
  const std::uint64_t count = windows(source);
  const std::uint64_t from = order.size() * window / count, to = order.size() * (window + 1) / count;
  std::vector<Indexed> sequences;
  for (std::uint64_t i = from; i < to; ++i) {
    Sequence sequence = source.sequence_of(order[i], epoch);
    if (sequence.length() <= source.longest) sequences.push_back({std::move(sequence), order[i]});
  }
  return sequences;
}

/// Groups of whole micro-batches, as equal as can be.
std::vector<Step> group(std::vector<MicroBatch> batches, std::size_t per_step, std::uint64_t epoch) {
  std::vector<Step> steps((batches.size() + per_step - 1) / per_step);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t from = batches.size() * i / steps.size(), to = batches.size() * (i + 1) / steps.size();
    steps[i].epoch = epoch;
    for (std::size_t j = from; j < to; ++j) steps[i].micro_batches.push_back(std::move(batches[j]));
  }
  return steps;
}

template <class Of>
std::int64_t sum(const std::vector<MicroBatch>& batches, Of of) {
  std::int64_t total = 0;
  for (const MicroBatch& batch : batches) total += of(batch);
  return total;
}

}  // namespace

std::int64_t Step::targets() const {
  return sum(micro_batches, [](const MicroBatch& b) { return static_cast<std::int64_t>(b.targets.size()); });
}
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
  // From the longest down, so that one length always has the same number of rows: few shapes recur, and what LibTorch
  // compiles for a shape is used again.
  for (std::size_t to = sequences.size(); to > 0;) {
    const auto rows = static_cast<std::size_t>(std::max(1, budget / sequences[to - 1].sequence.length()));
    const std::size_t from = to > rows ? to - rows : 0;
    batches.push_back(make_batch(sequences, from, to, pad_id));
    to = from;
  }
  return batches;
}

std::uint64_t windows(const BatchSource& source) {
  return std::max<std::uint64_t>(1, (source.records + source.window - 1) / source.window);
}

std::vector<Step> window_steps(const BatchSource& source, std::uint64_t epoch, std::uint64_t window) {
  auto batches = bucket(window_sequences(source, epoch, window), source.options.micro_tokens, source.pad_id);
  RandomStream(source.seed, "steps:" + std::to_string(epoch) + ":" + std::to_string(window)).shuffle(batches);
  const int per_step =
      std::max(1, (source.options.step_tokens + source.options.micro_tokens / 2) / source.options.micro_tokens);
  return group(std::move(batches), static_cast<std::size_t>(per_step), epoch);
}

EpochCount count_epoch(const BatchSource& source, std::uint64_t epoch) {
  EpochCount count;
  for (std::uint64_t window = 0; window < windows(source); ++window) {
    for (const Step& step : window_steps(source, epoch, window)) {
      ++count.steps;
      count.tokens += static_cast<std::uint64_t>(step.tokens());
      count.targets += static_cast<std::uint64_t>(step.targets());
      count.positions += static_cast<std::uint64_t>(step.positions());
      for (const MicroBatch& batch : step.micro_batches) count.sequences += static_cast<std::uint64_t>(batch.rows);
    }
  }
  count.too_long = source.records - count.sequences;
  return count;
}

}  // namespace udrl::train

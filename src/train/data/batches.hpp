// Length buckets: batches of near-equal lengths under a token budget, made by all cores in the background, ahead of the
// step.
// The stream is a function of (seed, cursor), so a run that stopped goes on with the very batches it would have had.
// Not for: what a sequence holds (sequences.hpp), or tensors (trainer.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sequences.hpp"

namespace udrl::train {

/// One forward pass: `rows` sequences padded on the right to `width`.
struct MicroBatch {
  std::int64_t rows = 0, width = 0;
  std::vector<std::int64_t> ids;        ///< rows × width; padding is </s>, seen by no target
  std::vector<std::int64_t> positions;  ///< where the output head is asked: index into rows × width
  std::vector<std::int64_t> targets;    ///< the token that follows each of `positions`
  std::vector<double> weights;          ///< of each target in the loss; empty: 1 each
  std::vector<std::uint32_t> records;   ///< index of each row's sample
  std::int64_t tokens = 0;              ///< without padding
};

struct JudgedBatch;

/// One optimizer step.
struct Step {
  std::uint64_t epoch = 0;
  std::vector<MicroBatch> micro_batches;
  const JudgedBatch* judged = nullptr;  ///< what the critic learns from in it (judged.hpp); null: nothing
  bool distils = false;                 ///< the ensemble's distribution is learned beside the targets

  std::int64_t targets() const;
  double weight() const;  ///< of all targets together; their number where none is weighted
  std::int64_t tokens() const;
  std::int64_t positions() const;  ///< with padding
};

/// Where the data stands: the next step to be taken.
struct Cursor {
  std::uint64_t epoch = 0;
  std::uint64_t window = 0;  ///< of the epoch
  std::uint64_t step = 0;    ///< of the window
  bool operator==(const Cursor&) const = default;
};

struct Indexed {
  Sequence sequence;
  std::uint32_t record = 0;
};

/// Sorts by length and cuts into batches of at most `budget` positions, padding included (a sequence longer than that
/// is a batch of its own); every sequence is in exactly one. Sequences of one length keep the order they come in.
std::vector<MicroBatch> bucket(std::vector<Indexed> sequences, int budget, int pad_id);

/// Records that are made into sequences and sorted at a time: of about 32 tokens each, they are dozens of forward
/// passes, so that those are of one length, and of steps, so that no step is short of passes.
std::uint32_t window_of(const BatchOptions& options);

/// Where in the data a sequence is made.
struct Pass {
  std::uint64_t epoch = 0;
  double passes = 0;  ///< over the data that came before: whole epochs, and the share of this one before its window
};

/// All that a stream draws from. Its functions must be thread-safe and pure.
struct BatchSource {
  std::uint32_t records = 0;
  /// How often the record stands in the epoch; empty: once.
  std::function<int(std::uint32_t record, std::uint64_t epoch)> copies_of = {};
  /// What each of the record's targets weighs in the loss, above 0; empty: all alike.
  std::function<double(std::uint32_t record)> weight_of = {};
  std::function<Sequence(std::uint32_t record, const Pass& pass, int copy)> sequence_of;
  BatchOptions options;
  int longest = 0;  ///< sequences longer than this are left out
  int pad_id = 0;
  std::uint64_t seed = 0;
  std::uint32_t window = 8192;  ///< see window_of
};

/// What an epoch holds.
struct EpochCount {
  std::uint64_t sequences = 0, too_long = 0, tokens = 0, targets = 0, positions = 0, steps = 0;
};
/// Of an epoch of sequences as long as `lengths_of` says, which is cheaper than making them.
struct Lengths {
  int tokens = 0, targets = 0;
};
EpochCount count_epoch(const BatchSource& source, std::uint64_t epoch,
                       const std::function<Lengths(std::uint32_t record)>& lengths_of);
/// `steps`, or where it is 0 those of so many passes, one at least.
std::uint64_t steps_to_take(const EpochCount& epoch, int steps, double epochs);

/// The steps of one window of an epoch, in their order.
std::vector<Step> window_steps(const BatchSource& source, std::uint64_t epoch, std::uint64_t window);
std::uint64_t windows(const BatchSource& source);

/// Endless steps from a cursor on. Errors of the background thread are thrown by `next`.
class BatchStream {
 public:
  BatchStream(BatchSource source, Cursor from);
  ~BatchStream();
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;

  Step next();
  /// Of the step that `next` gives next.
  Cursor cursor() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::train

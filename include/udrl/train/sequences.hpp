// A sample as the token ids of one sequence (design §3): command dropout, segments, swaps; a function of (seed, epoch,
// id). Not for: batches (batches.hpp), or how a sequence is spelt (command/schema.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "udrl/command/schema.hpp"
#include "udrl/student/tokenizer.hpp"
#include "udrl/train/options.hpp"
#include "udrl/train/samples.hpp"

namespace udrl::train {

/// What a sequence says, before tokens.
struct SequenceText {
  std::string intent, have, answer;
  command::Command command;
  bool countdown = false;  ///< ⟨left:k⟩ stands in the answer
};

/// Token ids; those from `first_target` on are learned: what follows ⟨gen⟩, </s> included.
struct Sequence {
  std::vector<int> ids;
  int first_target = 0;

  int length() const { return static_cast<int>(ids.size()); }
  int targets() const { return length() - first_target; }
};

/// As training sees it in this epoch. `words` null: no swaps.
SequenceText training_text(const Sample& sample, const SequenceOptions& options, const WordList* words,
                           RandomStream& random);
/// As evaluation sees it: the record's own commands, nothing cut or swapped.
SequenceText plain_text(const Sample& sample, const SequenceOptions& options);
Sequence encode(const SequenceText& text, const student::Tokenizer& tokenizer);

/// The stream of an epoch's draws for one record.
RandomStream sequence_stream(std::uint64_t seed, std::uint64_t epoch, const std::string& id);

}  // namespace udrl::train

// Batches of plain text.
#include "plain_phase.hpp"

#include "udrl/base/error.hpp"

namespace udrl::train {
namespace {

Sequence sequence_of(const StoredSample& piece, int bos) {
  Sequence sequence{{bos}, 1};
  sequence.ids.insert(sequence.ids.end(), piece.answer.begin(), piece.answer.end());
  return sequence;
}

BatchSource source_of(const TrainOptions& options, const student::Tokenizer& tokenizer, int positions,
                      const std::shared_ptr<const TokenStore>& store) {
  BatchSource source;
  source.records = store->size();
  source.sequence_of = [store, bos = tokenizer.bos_id()](std::uint32_t piece, const Pass&, int) {
    return sequence_of((*store)[piece], bos);
  };
  source.options = options.batch;
  source.longest = positions;
  source.pad_id = tokenizer.eos_id();
  source.seed = options.seed;
  source.window = window_of(options.batch);
  return source;
}

}  // namespace

PlainPhase prepare_plain(const TrainOptions& options, const PlainSource& texts, Observer& observer) {
  PlainPhase phase;
  phase.store = std::make_shared<const TokenStore>(open_plain_store(cache_folder(options), texts, observer));
  if (phase.store->size() == 0) throw user_error("the plain text is empty").at(texts.texts.string());
  phase.source = source_of(options, texts.tokenizer, texts.context_length, phase.store);
  phase.epoch = count_epoch(phase.source, 0, [&](std::uint32_t piece) {
    const auto tokens = static_cast<int>((*phase.store)[piece].answer.size());
    return Lengths{tokens + 1, tokens};
  });
  phase.steps = steps_to_take(phase.epoch, options.plain.steps, options.plain.epochs);
  return phase;
}

}  // namespace udrl::train

// Sentence embeddings. Texts are sorted by length, longest first, so that a batch holds texts of near-equal length and
// the first batch shows whether memory suffices. Not for: comparing them.
#include "gguf_embed.hpp"

#include <algorithm>
#include <numeric>

#include "gguf_batch.hpp"
#include "normalized.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

/// Texts of one batch attend to each other's tokens and mask the result, so large batches waste time.
constexpr int preferred_batch = 256;

/// Cut at the model's positions as sentence-transformers does: the last token kept is the separator.
Tokens cut_tokens(const Engine& engine, const std::string& text) {
  Tokens tokens = engine.vocabulary().encoder_tokens(text);
  const auto most = static_cast<std::size_t>(engine.trained_positions());
  if (tokens.size() > most) {
    tokens[most - 1] = tokens.back();
    tokens.resize(most);
  }
  if (tokens.empty()) throw user_error("an empty text has no embedding with this model");
  return tokens;
}

class Embedder {
 public:
  Embedder(Engine& engine, std::span<const std::string> texts) : engine_(engine), rows_(texts.size()) {
    for (const std::string& text : texts) tokens_.push_back(cut_tokens(engine, text));
    order_.resize(texts.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return length(a) > length(b); });
  }

  std::vector<std::vector<float>> run() {
    const int capacity = std::max(preferred_batch, length(order_.front()));
    llama_context* context = engine_.embedding_context(capacity);
    TokenBatch batch(capacity);
    for (std::size_t begin = 0; begin < order_.size();) {
      check_stop("stopped while texts were embedded", "run the same command again");
      begin = embed_batch(context, batch, begin);
    }
    return std::move(rows_);
  }

 private:
  int length(std::size_t text) const { return static_cast<int>(tokens_[text].size()); }

  /// Returns the first text, in order, that is not in the batch.
  std::size_t embed_batch(llama_context* context, TokenBatch& batch, std::size_t begin) {
    batch.clear();
    std::size_t end = begin;
    while (end < order_.size() && end - begin < Engine::embedding_sequences && fits(batch, length(order_[end]))) {
      add(batch, tokens_[order_[end]], static_cast<llama_seq_id>(end - begin));
      ++end;
    }
    compute(context, batch);
    for (std::size_t i = begin; i < end; ++i) take_row(context, static_cast<llama_seq_id>(i - begin), rows_[order_[i]]);
    return end;
  }

  static bool fits(const TokenBatch& batch, int tokens) {
    return batch.size() == 0 || batch.size() + tokens <= preferred_batch;
  }

  static void add(TokenBatch& batch, const Tokens& tokens, llama_seq_id sequence) {
    for (std::size_t i = 0; i < tokens.size(); ++i) batch.add(tokens[i], static_cast<int>(i), sequence, true);
  }

  void compute(llama_context* context, const TokenBatch& batch) const {
    if (engine_.is_encoder()) return batch.encode(context);
    llama_memory_clear(llama_get_memory(context), false);
    batch.decode(context);
  }

  void take_row(llama_context* context, llama_seq_id sequence, std::vector<float>& row) const {
    const float* values = llama_get_embeddings_seq(context, sequence);
    if (values == nullptr) throw failure("the model computed no embedding").at(engine_.options().gguf.string());
    row = normalized({values, static_cast<std::size_t>(llama_model_n_embd_out(engine_.model()))});
  }

  Engine& engine_;
  std::vector<Tokens> tokens_;
  std::vector<std::size_t> order_;
  std::vector<std::vector<float>> rows_;
};

}  // namespace

std::vector<std::vector<float>> embed_texts(Engine& engine, std::span<const std::string> texts) {
  if (texts.empty()) return {};
  return Embedder(engine, texts).run();
}

}  // namespace udrl::lm

// Sentence embeddings. Texts are sorted by length, longest first, so that a batch holds texts of near-equal length and
// the first batch shows whether memory suffices. Not for: comparing them.
#include "engine_work.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <numeric>

#include "answer/normalized.hpp"
#include "batch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

/// Texts of one batch attend to each other's tokens and mask the result, so large batches waste time.
constexpr int preferred_batch = 256;

/// Cut at the model's context length as sentence-transformers does: the last token kept is the separator.
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

  /// Batches are computed side by side, each in a context of its own: the threads of one batch would wait for each
  /// other at every layer.
  std::vector<std::vector<float>> run() {
    cut_batches();
    const int contexts = std::min(engine_.embedding_contexts_at_once(), static_cast<int>(batches_.size()));
    const int threads = compute_threads() / contexts;
    std::vector<std::future<void>> workers;  // its destructor waits for those that still run
    const auto policy = contexts > 1 ? std::launch::async : std::launch::deferred;
    for (const ContextHandle& context : engine_.embedding_contexts(capacity(), contexts)) {
      llama_set_n_threads(context.get(), threads, threads);
      workers.push_back(std::async(policy, [this, &context] { embed_batches(context.get()); }));
    }
    for (auto& worker : workers) worker.get();
    return std::move(rows_);
  }

 private:
  /// Positions in `order_`.
  struct Range {
    std::size_t begin, end;
  };

  int length(std::size_t text) const { return static_cast<int>(tokens_[text].size()); }
  int capacity() const { return std::max(preferred_batch, length(order_.front())); }

  void cut_batches() {
    for (std::size_t begin = 0; begin < order_.size();) {
      std::size_t end = begin + 1;
      int tokens = length(order_[begin]);
      while (end < order_.size() && end - begin < Engine::embedding_sequences &&
             tokens + length(order_[end]) <= preferred_batch)
        tokens += length(order_[end++]);
      batches_.push_back({begin, end});
      begin = end;
    }
  }

  /// Takes batches that no other worker has taken, until there are none.
  void embed_batches(llama_context* context) {
    TokenBatch batch(capacity());
    for (std::size_t next = taken_++; next < batches_.size(); next = taken_++) {
      check_stop("stopped while texts were embedded", "run the same command again");
      embed_batch(context, batch, batches_[next]);
    }
  }

  void embed_batch(llama_context* context, TokenBatch& batch, Range range) {
    batch.clear();
    const auto sequence = [&](std::size_t i) { return static_cast<llama_seq_id>(i - range.begin); };
    for (std::size_t i = range.begin; i < range.end; ++i) add(batch, tokens_[order_[i]], sequence(i));
    compute(context, batch);
    for (std::size_t i = range.begin; i < range.end; ++i) take_row(context, sequence(i), rows_[order_[i]]);
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
  std::vector<Range> batches_;
  std::atomic<std::size_t> taken_ = 0;  ///< batches
  std::vector<std::vector<float>> rows_;
};

}  // namespace

std::vector<std::vector<float>> embed_texts(Engine& engine, std::span<const std::string> texts) {
  if (texts.empty()) return {};
  return Embedder(engine, texts).run();
}

}  // namespace udrl::lm

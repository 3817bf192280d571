// Sentence embeddings. Texts are sorted by length, so that a batch holds texts of near-equal length. Not for: comparing them.
#include "gguf_embed.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gguf_batch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

/// Cut like sentence-transformers does: the last token kept is the separator.
Tokens cut_tokens(const Engine& engine, const std::string& text) {
  Tokens tokens = engine.vocabulary().encoder_tokens(text);
  const auto most = static_cast<std::size_t>(engine.trained_positions());
  if (tokens.size() > most) {
    tokens[most - 1] = tokens.back();
    tokens.resize(most);
  }
  return tokens;
}

std::vector<float> normalized(std::span<const float> row) {
  double squares = 0;
  for (const float x : row) squares += static_cast<double>(x) * x;
  const double scale = squares > 0 ? 1.0 / std::sqrt(squares) : 0.0;
  std::vector<float> out;
  out.reserve(row.size());
  for (const float x : row) out.push_back(static_cast<float>(x * scale));
  return out;
}

class Embedder {
 public:
  Embedder(Engine& engine, std::span<const std::string> texts) : engine_(engine), rows_(texts.size()) {
    for (const std::string& text : texts) tokens_.push_back(cut_tokens(engine, text));
    order_.resize(texts.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) { return tokens_[a].size() > tokens_[b].size(); });
  }

  std::vector<std::vector<float>> run() {
    const int batch_tokens = std::max(engine_.options().batch, engine_.trained_positions());
    llama_context* context = engine_.embedding_context(batch_tokens);
    TokenBatch batch(batch_tokens);
    for (std::size_t begin = 0; begin < order_.size();) {
      check_stop("stopped while embedding texts", "start the same command again");
      begin = embed_batch(context, batch, begin);
    }
    return std::move(rows_);
  }

 private:
  std::size_t embed_batch(llama_context* context, TokenBatch& batch, std::size_t begin) {
    batch.clear();
    std::size_t end = begin;
    const auto fits = [&] {
      return end < order_.size() && static_cast<int>(end - begin) < engine_.options().slots &&
             batch.room() >= static_cast<int>(tokens_[order_[end]].size());
    };
    for (; fits(); ++end) add(batch, tokens_[order_[end]], static_cast<llama_seq_id>(end - begin));
    batch.encode(context);
    const auto width = static_cast<std::size_t>(llama_model_n_embd_out(engine_.model()));
    for (std::size_t i = begin; i < end; ++i) {
      const float* row = llama_get_embeddings_seq(context, static_cast<llama_seq_id>(i - begin));
      if (row == nullptr) throw failure("the model computed no embedding").at(engine_.options().gguf.string());
      rows_[order_[i]] = normalized({row, width});
    }
    return end;
  }

  static void add(TokenBatch& batch, const Tokens& tokens, llama_seq_id sequence) {
    for (std::size_t i = 0; i < tokens.size(); ++i) batch.add(tokens[i], static_cast<int>(i), sequence, true);
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

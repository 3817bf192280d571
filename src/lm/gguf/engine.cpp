// Loading of a GGUF model and its contexts. Not for: what is computed with them.
#include "engine.hpp"

#include <algorithm>
#include <climits>

#include "file.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

/// Of a lane: fewer read too few tokens at once for the kernels to be worth their while.
constexpr int least_slots = 8;
/// Of so many threads one may have nothing to do.
constexpr int most_idle = 4;

void check_options(const ModelOptions& options) {
  const int most = static_cast<int>(llama_max_parallel_sequences()) - Lane::least_prefixes;
  if (options.slots < 1 || options.slots > most) {
    throw user_error("slots is out of range")
        .expected("1 to " + std::to_string(most))
        .got(std::to_string(options.slots));
  }
  if (options.batch < 1)
    throw user_error("batch is out of range").expected("1 or more").got(std::to_string(options.batch));
  if (options.context < 0) {
    throw user_error("context is out of range").expected("0 (automatic) or more").got(std::to_string(options.context));
  }
}

Weights find_weights(const ModelOptions& options) {
  check_options(options);
  return weights_of(options, check_gguf_file(options.gguf).get());
}

}  // namespace

ModelHandle load_model(const std::filesystem::path& file, int gpu_layers) {
  llama_model_params parameters = llama_model_default_params();
  parameters.n_gpu_layers = gpu_layers;
  take_llama_errors();
  ModelHandle model(llama_model_load_from_file(file.c_str(), parameters));
  if (!model) {
    throw llama_failure("llama.cpp cannot load the model")
        .at(file.string())
        .hint("is its architecture one that this llama.cpp knows, and is there memory enough?");
  }
  return model;
}

Engine::Engine(const ModelOptions& options)
    : options_(options),
      weights_(find_weights(options)),
      model_(load_model(weights_.file, options.gpu_layers)),
      vocabulary_(model_.get()),
      trained_positions_(trained_context(model_.get())) {}

/// BERT and its relatives: no causal attention, so nothing to generate with.
bool Engine::is_encoder() const {
  const std::string architecture = metadata(model_.get(), "general.architecture");
  return metadata(model_.get(), (architecture + ".attention.causal").c_str(), "true") == "false";
}

bool Engine::on_gpu() const { return options_.gpu_layers > 0 && llama_supports_gpu_offload(); }

void Engine::drop_contexts() {
  lanes_.clear();
  embedding_contexts_.clear();
  embedding_tokens_ = 0;
}

std::vector<Lane>& Engine::make_lanes(int count) {
  const int threads = std::max(1, compute_threads() / count);
  if (static_cast<int>(lanes_.size()) == count && lanes_.front().threads() == threads) return lanes_;
  drop_contexts();
  for (int i = 0; i < count; ++i) lanes_.emplace_back(model_.get(), options_, options_.slots / count, threads);
  return lanes_;
}

Lane& Engine::lane() { return make_lanes(1).front(); }

std::vector<Lane>& Engine::lanes(std::size_t count) {
  const int texts = static_cast<int>(std::min<std::size_t>(count, INT_MAX));
  const bool alone = on_gpu() || options_.context > 0;
  int lanes = alone ? 1 : std::max(1, std::min(compute_threads(), std::min(options_.slots, texts) / least_slots));
  const auto idle = [&] { return compute_threads() % lanes; };  // all lanes have as many threads: none is the faster
  while (idle() * most_idle > compute_threads()) --lanes;
  return make_lanes(lanes);
}

int Engine::embedding_contexts_at_once() const { return on_gpu() ? 1 : compute_threads(); }

std::span<const ContextHandle> Engine::embedding_contexts(int tokens, int count) {
  if (embedding_tokens_ < tokens) drop_contexts();
  embedding_tokens_ = std::max(embedding_tokens_, tokens);
  while (static_cast<int>(embedding_contexts_.size()) < count) embedding_contexts_.push_back(new_embedding_context());
  return {embedding_contexts_.data(), static_cast<std::size_t>(count)};
}

ContextHandle Engine::new_embedding_context() const {
  llama_context_params parameters = context_parameters(compute_threads());
  parameters.n_ctx = static_cast<std::uint32_t>(embedding_tokens_);
  parameters.n_batch = parameters.n_ctx;
  parameters.n_ubatch = parameters.n_ctx;
  parameters.n_seq_max = embedding_sequences;
  parameters.embeddings = true;
  parameters.kv_unified = true;
  ContextHandle context = new_context(model_.get(), options_.gguf, parameters);
  if (llama_pooling_type(context.get()) != LLAMA_POOLING_TYPE_NONE) return context;
  throw user_error("this model does not embed texts")
      .at(options_.gguf.string())
      .expected("a sentence embedding model, whose file names a pooling")
      .hint("fetch all-MiniLM-L6-v2: scripts/fetch_models.sh");
}

}  // namespace udrl::lm

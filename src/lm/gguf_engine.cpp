// Loading of a GGUF model and its contexts. Not for: what is computed with them.
#include "gguf_engine.hpp"

#include <algorithm>

#include "gguf_file.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

constexpr int least_automatic_cells = 1024;  // so that texts to score, each a little longer, do not each make a context

int rounded_up(int n, int step) { return (n + step - 1) / step * step; }

void check_options(const ModelOptions& options) {
  const int most = static_cast<int>(llama_max_parallel_sequences()) - Engine::least_prefixes;
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
  check_gguf_file(options.gguf);
  return weights_of(options);
}

ModelHandle load_model(const ModelOptions& options, const std::filesystem::path& file) {
  llama_model_params parameters = llama_model_default_params();
  parameters.n_gpu_layers = options.gpu_layers;
  take_llama_errors();
  ModelHandle model(llama_model_load_from_file(file.c_str(), parameters));
  if (!model) {
    throw llama_failure("llama.cpp cannot load the model")
        .at(file.string())
        .hint("is its architecture one that this llama.cpp knows, and is there memory enough?");
  }
  return model;
}

}  // namespace

Engine::Engine(const ModelOptions& options)
    : options_(options),
      weights_(find_weights(options)),
      model_(load_model(options, weights_.file)),
      vocabulary_(model_.get()) {}

std::string Engine::source_sha256() const {
  return weights_.source_sha256.empty() ? sha256_file(options_.gguf) : weights_.source_sha256;
}

/// BERT and its kin: no causal attention, so nothing to generate with.
bool Engine::is_encoder() const {
  const std::string architecture = metadata(model_.get(), "general.architecture");
  return metadata(model_.get(), (architecture + ".attention.causal").c_str(), "true") == "false";
}

int Engine::prefix_sequences() const {
  const int all = static_cast<int>(llama_max_parallel_sequences());
  return std::min(least_prefixes + options_.slots, all - options_.slots);
}

llama_context_params Engine::common_parameters() const {
  llama_context_params parameters = llama_context_default_params();
  parameters.n_threads = compute_threads();
  parameters.n_threads_batch = compute_threads();
  parameters.no_perf = true;
  return parameters;
}

ContextHandle Engine::new_context(const llama_context_params& parameters) const {
  take_llama_errors();
  ContextHandle context(llama_init_from_model(model_.get(), parameters));
  if (context) return context;
  throw llama_failure("llama.cpp cannot make a context of " + std::to_string(parameters.n_ctx) + " tokens")
      .at(options_.gguf.string())
      .hint("not enough memory? lower `slots` or set `context`");
}

void Engine::drop_contexts() {
  context_.reset();
  cells_ = 0;
  embedding_contexts_.clear();
  embedding_tokens_ = 0;
}

llama_context* Engine::generation_context(int cells) {
  cells = options_.context > 0 ? options_.context : std::max(cells, least_automatic_cells);
  if (cells_ >= cells) {
    llama_memory_clear(llama_get_memory(context_.get()), false);
    return context_.get();
  }
  llama_context_params parameters = common_parameters();
  parameters.n_ctx = static_cast<std::uint32_t>(rounded_up(cells, 256));
  parameters.n_batch = static_cast<std::uint32_t>(std::max(options_.batch, rows()));
  parameters.n_ubatch = parameters.n_batch;
  parameters.n_seq_max = static_cast<std::uint32_t>(sequences());
  parameters.n_outputs_max = static_cast<std::uint32_t>(rows());
  parameters.kv_unified = true;  // sequences share the cells of a common prefix
  drop_contexts();               // first, so that two caches never exist at once
  context_ = new_context(parameters);
  cells_ = static_cast<int>(llama_n_ctx(context_.get()));
  return context_.get();
}

int Engine::embedding_contexts_at_once() const {
  const bool on_gpu = options_.gpu_layers > 0 && llama_supports_gpu_offload();
  return on_gpu ? 1 : compute_threads();
}

std::span<const ContextHandle> Engine::embedding_contexts(int tokens, int count) {
  if (embedding_tokens_ < tokens) drop_contexts();
  embedding_tokens_ = std::max(embedding_tokens_, tokens);
  while (static_cast<int>(embedding_contexts_.size()) < count) embedding_contexts_.push_back(new_embedding_context());
  return {embedding_contexts_.data(), static_cast<std::size_t>(count)};
}

ContextHandle Engine::new_embedding_context() const {
  llama_context_params parameters = common_parameters();
  parameters.n_ctx = static_cast<std::uint32_t>(embedding_tokens_);
  parameters.n_batch = parameters.n_ctx;
  parameters.n_ubatch = parameters.n_ctx;
  parameters.n_seq_max = embedding_sequences;
  parameters.embeddings = true;
  parameters.kv_unified = true;
  ContextHandle context = new_context(parameters);
  if (llama_pooling_type(context.get()) != LLAMA_POOLING_TYPE_NONE) return context;
  throw user_error("this model does not embed texts")
      .at(options_.gguf.string())
      .expected("a sentence embedding model, whose file names a pooling")
      .hint("fetch all-MiniLM-L6-v2: scripts/fetch_models.sh");
}

}  // namespace udrl::lm

// Contexts and their caches. Not for: what is computed with them.
#include "lane.hpp"

namespace udrl::lm {
namespace {

constexpr int least_automatic_cells = 1024;  // so that texts to score, each a little longer, do not each make a context

int rounded_up(int n, int step) { return (n + step - 1) / step * step; }

}  // namespace

llama_context_params context_parameters(int threads) {
  llama_context_params parameters = llama_context_default_params();
  parameters.n_threads = threads;
  parameters.n_threads_batch = threads;
  parameters.no_perf = true;
  return parameters;
}

ContextHandle new_context(llama_model* model, const std::filesystem::path& file,
                          const llama_context_params& parameters) {
  take_llama_errors();
  ContextHandle context(llama_init_from_model(model, parameters));
  if (context) return context;
  throw llama_failure("llama.cpp cannot make a context of " + std::to_string(parameters.n_ctx) + " tokens")
      .at(file.string())
      .hint("not enough memory? lower `slots` or set `context`");
}

Lane::Lane(llama_model* model, const ModelOptions& options, int slots, int threads)
    : model_(model), options_(&options), slots_(slots), threads_(threads) {}

int Lane::prefix_sequences() const {
  const int all = static_cast<int>(llama_max_parallel_sequences());
  return std::min(least_prefixes + slots_, all - slots_);
}

llama_context* Lane::open(int cells) {
  cells = options_->context > 0 ? options_->context : std::max(cells, least_automatic_cells);
  if (cells_ >= cells) {
    llama_memory_clear(llama_get_memory(context_.get()), false);
    return context_.get();
  }
  llama_context_params parameters = context_parameters(threads_);
  parameters.n_ctx = static_cast<std::uint32_t>(rounded_up(cells, 256));
  parameters.n_batch = static_cast<std::uint32_t>(std::max(batch(), rows()));
  parameters.n_ubatch = parameters.n_batch;
  parameters.n_seq_max = static_cast<std::uint32_t>(sequences());
  parameters.n_outputs_max = static_cast<std::uint32_t>(rows());
  parameters.kv_unified = true;  // sequences share the cells of a common prefix
  context_.reset();              // first, so that two caches never exist at once
  cells_ = 0;
  context_ = new_context(model_, options_->gguf, parameters);
  cells_ = static_cast<int>(llama_n_ctx(context_.get()));
  return context_.get();
}

}  // namespace udrl::lm

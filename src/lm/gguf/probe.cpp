// One model, one context a call.
#include "udrl/lm/probe.hpp"

#include <algorithm>

#include "engine.hpp"
#include "file.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

ModelHandle opened(const std::filesystem::path& gguf) {
  check_gguf_file(gguf);
  return load_model(gguf, /*gpu_layers=*/0);  // other devices round in other ways
}

struct BatchDeleter {
  void operator()(llama_batch* batch) const {
    llama_batch_free(*batch);
    delete batch;
  }
};

std::unique_ptr<llama_batch, BatchDeleter> batch_of(std::span<const int> ids) {
  const auto n = static_cast<int>(ids.size());
  std::unique_ptr<llama_batch, BatchDeleter> batch(new llama_batch(llama_batch_init(n, 0, 1)));
  for (int i = 0; i < n; ++i) {
    batch->token[i] = ids[static_cast<std::size_t>(i)];
    batch->pos[i] = i;
    batch->n_seq_id[i] = 1;
    batch->seq_id[i][0] = 0;
    batch->logits[i] = 1;
  }
  batch->n_tokens = n;
  return batch;
}

}  // namespace

struct Probe::Impl {
  explicit Impl(const std::filesystem::path& gguf) : file(gguf), model(opened(gguf)), vocabulary(model.get()) {}

  ContextHandle context_for(std::size_t tokens) const {
    llama_context_params parameters = context_parameters(compute_threads());
    parameters.n_ctx = static_cast<std::uint32_t>(std::max<std::size_t>(256, tokens));
    parameters.n_batch = parameters.n_ubatch = parameters.n_ctx;
    parameters.type_k = parameters.type_v = GGML_TYPE_F32;
    parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    return new_context(model.get(), file, parameters);
  }

  std::filesystem::path file;
  ModelHandle model;
  Vocabulary vocabulary;
};

Probe::Probe(const std::filesystem::path& gguf) : impl_(std::make_unique<Impl>(gguf)) {}
Probe::~Probe() = default;

std::vector<int> Probe::ids(std::string_view text, Reading how) const {
  return impl_->vocabulary.tokenize(std::string(text), how == Reading::as_template, how == Reading::as_template);
}

std::vector<std::vector<float>> Probe::logits(std::span<const int> ids) const {
  const ContextHandle context = impl_->context_for(ids.size());
  const auto batch = batch_of(ids);
  take_llama_errors();
  if (llama_decode(context.get(), *batch) != 0)
    throw llama_failure("llama.cpp cannot read a sequence of " + std::to_string(ids.size()) + " tokens")
        .at(impl_->file.string());
  std::vector<std::vector<float>> rows;
  const int width = impl_->vocabulary.size();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const float* row = llama_get_logits_ith(context.get(), static_cast<int>(i));
    rows.emplace_back(row, row + width);
  }
  return rows;
}

}  // namespace udrl::lm

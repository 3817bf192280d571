// The declaration of ModelOptions. Not for: checking them against each other (language_model.cpp).
#include "udrl/lm/options.hpp"

#include "udrl/base/files.hpp"

namespace udrl::lm {
namespace {

void declare_money(OptionSet& set, const std::string& dot, EndpointOptions& options) {
  set.add(dot + "price_in", options.price_in, "of an endpoint: price of a million prompt tokens")
      .range(0, 1e6)
      .runtime_only();
  set.add(dot + "price_out", options.price_out, "of an endpoint: price of a million answer tokens")
      .range(0, 1e6)
      .runtime_only();
  set.add(dot + "max_cost", options.max_cost,
          "of an endpoint: what all runs of an output folder may cost, checked before a request is sent (0: no limit)")
      .range(0, 1e12)
      .runtime_only();
  set.add(dot + "max_tokens_total", options.max_tokens_total,
          "of an endpoint: the same in tokens, of prompts and answers (0: no limit)")
      .runtime_only();
}

void declare_patience(OptionSet& set, const std::string& dot, EndpointOptions& options) {
  set.add(dot + "longest_wait", options.longest_wait,
          "seconds that a busy endpoint is waited for at once, even if it asks for more (Retry-After)")
      .range(1, 86400)
      .runtime_only();
  set.add(dot + "retry_for", options.retry_for,
          "seconds to go on retrying an endpoint that is busy or does not answer, before the run ends")
      .range(0, 604800)
      .runtime_only();
}

/// Where a model is served, with whose key, and for how much, is no part of what it answers: its name is.
void declare_endpoint(OptionSet& set, const std::string& dot, EndpointOptions& options) {
  set.add(dot + "url", options.urls,
          "OpenAI-compatible endpoint, such as https://host/v1 (instead of gguf); several of one model share the work")
      .runtime_only();
  set.add(dot + "http_model", options.http_model, "the model's name at that endpoint");
  set.add(dot + "api_key_env", options.api_key_env, "environment variable that holds the endpoint's key")
      .runtime_only()
      .names_secret();
  set.add(dot + "extra", options.extra, "further fields of each request, as the endpoint knows them; a table in TOML")
      .came_later();
  set.add(dot + "leave_out", options.leave_out, "fields of a request that the endpoint refuses, such as seed")
      .came_later();
  declare_patience(set, dot, options);
  set.add(dot + "response_cache", options.response_cache,
          "folder that keeps an endpoint's answers by their requests: none is asked twice, in whatever run")
      .runtime_only();
  set.add(dot + "batches", options.batches,
          "ask an endpoint through its batch interface (/files, /batches): answers come within a day, with most "
          "providers at half the price")
      .runtime_only();
  declare_money(set, dot, options);
}

}  // namespace

bool is_named(const ModelOptions& options) { return !options.gguf.empty() || !options.endpoint.urls.empty(); }

void declare(OptionSet& set, const std::string& prefix, ModelOptions& options) {
  const std::string dot = prefix.empty() ? "" : prefix + ".";
  set.add(dot + "name", options.name, "how tables and records call the model (default: the file's name)");
  set.add(dot + "gguf", options.gguf, "GGUF file of a model that runs in this process");
  declare_endpoint(set, dot, options.endpoint);
  set.add_enum(
         dot + "weights", options.weights,
         "of a GGUF file: file (as they are), or converted once, into a file beside it (MODEL.bf16.gguf): bf16 (two "
         "bytes a parameter; faster with AVX512_BF16, slower with AMX or without either) or q8_0 (one byte; to be "
         "tried with AMX)")
      .came_later();
  set.add(dot + "slots", options.slots,
          "requests answered at once (in this process up to 248; of an endpoint at most, each where there are several)")
      .range(1, 4096);
  set.add(dot + "context", options.context, "tokens of cache shared by all slots (0: as many as are needed)")
      .range(0, 1e7);
  set.add(dot + "batch", options.batch, "tokens computed at once while prompts are read")
      .range(1, 65536)
      .runtime_only();
  set.add(dot + "gpu_layers", options.gpu_layers, "layers put on a GPU, where there is one")
      .range(0, 100000)
      .runtime_only();
}

std::string endpoint_identity(const ModelOptions& options) {
  std::string identity = "endpoint\n" + options.endpoint.http_model;
  for (const auto& [name, value] : options.endpoint.extra)
    identity.append("\n").append(name).append("=").append(value.text);
  for (const std::string& name : options.endpoint.leave_out) identity.append("\n-").append(name);
  return sha256(identity);
}

std::string model_identity(const std::string& sha256, WeightsKind weights) {
  std::string identity = sha256;
  if (weights != WeightsKind::file) identity.append(" as ").append(to_string(weights));
  return identity;
}

}  // namespace udrl::lm

// The declaration of ModelOptions. Not for: checking them against each other (language_model.cpp).
#include "udrl/lm/options.hpp"

#include "udrl/base/files.hpp"

namespace udrl::lm {

void declare(OptionSet& set, const std::string& prefix, ModelOptions& options) {
  const std::string dot = prefix.empty() ? "" : prefix + ".";
  set.add(dot + "name", options.name, "how tables and records call the model (default: the file's name)");
  set.add(dot + "gguf", options.gguf, "GGUF file of a model that runs in this process");
  // Where a model is served, and with whose key, is no part of what it answers: its name is.
  set.add(dot + "url", options.url, "OpenAI-compatible endpoint, such as https://host/v1 (instead of gguf)")
      .runtime_only();
  set.add(dot + "http_model", options.http_model, "the model's name at that endpoint");
  set.add(dot + "api_key_env", options.api_key_env, "environment variable that holds the endpoint's key")
      .runtime_only()
      .names_secret();
  set.add(dot + "extra", options.extra, "further fields of each request, as the endpoint knows them; a table in TOML")
      .came_later();
  set.add(dot + "leave_out", options.leave_out, "fields of a request that the endpoint refuses, such as seed")
      .came_later();
  set.add(dot + "longest_wait", options.longest_wait,
          "seconds that a busy endpoint is waited for at once, even if it asks for more (Retry-After)")
      .range(1, 86400)
      .runtime_only();
  set.add_enum(
         dot + "weights", options.weights,
         "of a GGUF file: file (as they are), or converted once, into a file beside it (MODEL.bf16.gguf): bf16 (two "
         "bytes a parameter; faster with AVX512_BF16, slower with AMX or without either) or q8_0 (one byte; to be "
         "tried with AMX)")
      .came_later();
  set.add(dot + "slots", options.slots, "requests answered at once").range(1, 248);
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
  std::string identity = "endpoint\n" + options.http_model;
  for (const auto& [name, value] : options.extra) identity.append("\n").append(name).append("=").append(value.text);
  for (const std::string& name : options.leave_out) identity.append("\n-").append(name);
  return sha256(identity);
}

std::string model_identity(const std::string& sha256, WeightsKind weights) {
  std::string identity = sha256;
  if (weights != WeightsKind::file) identity.append(" as ").append(to_string(weights));
  return identity;
}

}  // namespace udrl::lm

// How a model at an OpenAI-compatible endpoint is reached, how patiently, and for how much money. Not for: what it is
// asked (language_model.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"

namespace udrl::lm {

struct EndpointOptions {
  /// https://host/v1; several serve the same model, and each is asked as much as it answers.
  std::vector<std::string> urls;
  std::string http_model;   ///< the model's name there
  std::string api_key_env;  ///< the environment variable that holds the key
  JsonTable extra;          ///< further fields of each request
  /// Fields of a request that are not sent, where an endpoint refuses what udrl sets ("seed", "top_p").
  std::vector<std::string> leave_out;
  double longest_wait = 300;  ///< seconds; how long a busy endpoint is waited for at once, whatever it asks for
  double retry_for = 300;     ///< seconds; how long one that answers nothing is asked again before a run ends
  /// Folder of answers kept by their requests: what was answered once, in whatever run, is not asked again. Empty:
  /// none.
  std::filesystem::path response_cache;
  bool batches = false;    ///< completions go through the provider's batch interface, half the price within a day
  double batch_poll = 15;  ///< seconds between two questions how far a batch is
  double price_in = 0, price_out = 0;  ///< money a million tokens of prompts and of answers, in any currency
  double max_cost = 0;                 ///< of one output folder over all its runs; 0: no limit
  std::uint64_t max_tokens_total = 0;  ///< the same in tokens, prompts and answers
};

}  // namespace udrl::lm

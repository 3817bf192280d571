// Answers of endpoints kept by what was asked (model, messages, sampling), so that none is paid for twice: not by a
// later run, another output folder, or after a kill. Not for: what an endpoint costs (usage_ledger.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "database.hpp"
#include "job.hpp"

namespace udrl::lm {

class ResponseCache {
 public:
  static constexpr const char* file_name = "responses.sqlite";

  /// Several processes may share a folder. Throws `Error` where it cannot be used.
  explicit ResponseCache(const std::filesystem::path& folder);

  /// What tells requests apart: a hash of path and body, which names model, messages and sampling. The endpoint's
  /// address is no part of it.
  static std::string key_of(const HttpJob& job);

  bool has(const std::string& key) { return find(key).has_value(); }
  /// The reply that such a request once had.
  std::optional<HttpReply> find(const std::string& key);
  /// Written before it returns, as far as the death of this process goes. A request that has one keeps it.
  void keep(const std::string& key, const HttpReply& reply);

 private:
  Database database_;
  std::optional<Statement> find_, keep_;  // after the table they are about is made
};

}  // namespace udrl::lm

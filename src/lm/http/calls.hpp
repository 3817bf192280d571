// Single HTTP calls, one after another: what a batch interface needs. Not for: many requests at once (client.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "client.hpp"

namespace udrl::lm {

/// Of a reply's body, unpacked.
struct BodyLimit {
  std::uint64_t most_bytes;
  std::string cure;  ///< where it is longer
};

class HttpCalls {
 public:
  /// The first of the place's addresses is asked. `place` outlives it.
  explicit HttpCalls(const HttpPlace& place) : place_(place) {}

  // Each is tried again for as long as the place says, where the endpoint is away or busy. Throws `Error` with its own
  // words: user where it refuses (3xx, 4xx), failure where it does not answer or its reply is longer than it may be;
  // stopped on a stop request, within about a second; but what is posted is waited for.

  std::string get(const std::string& path) const;
  std::string post(const std::string& path, const std::string& json) const;
  /// A file for `purpose`, as OpenAI's /files takes it.
  std::string upload(const std::filesystem::path& file, const std::string& purpose) const;
  /// The body into a file.
  void download(const std::string& path, const std::filesystem::path& file, const BodyLimit& limit) const;

 private:
  struct Call;
  std::string made(const Call& call) const;

  const HttpPlace& place_;
};

/// Sleeps so long; throws `Error` (stopped) with the hint on a stop request meanwhile.
void sleep_unless_stopped(double seconds, const std::string& hint);

}  // namespace udrl::lm

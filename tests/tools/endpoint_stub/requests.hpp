// Reads HTTP/1 requests from the bytes that have come. Not for: sockets, or chunked bodies.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace udrl::stub {

inline constexpr std::size_t most_header = 64UL << 10U;
inline constexpr std::size_t most_body = 4UL << 20U;
inline constexpr std::size_t most_file = 64UL << 20U;

/// Views of the bytes it was read from.
struct Incoming {
  std::string_view method, path, head, body;
  bool close = false;
  std::size_t size = 0;  ///< with its header lines
};

/// Neither a request nor a refusal: more must come.
struct Parsed {
  std::optional<Incoming> request{};
  int refused = 0;
  bool wants_continue = false;
};

Parsed parse(std::string_view in);

/// The part "file" of a multipart body.
std::optional<std::string_view> uploaded_file(const Incoming& request);

}  // namespace udrl::stub

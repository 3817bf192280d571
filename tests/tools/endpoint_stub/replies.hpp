// Whole HTTP replies as bytes, and how they are to be sent. Not for: reading requests (requests.hpp), or sending
// (server.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "answers.hpp"

namespace udrl::stub {

/// What is sent for one request.
struct Reply {
  std::string bytes;
  int pieces = 1;
  bool at_once = false;        ///< without the usual delay
  bool hang_up = false;        ///< when all is sent
  bool reset = false;          ///< hanging up, with RST
  bool counts = false;         ///< as in flight
  std::optional<Bill> bill{};  ///< of a good answer
};

/// `more`: header lines, each with its end.
std::string http(int status, std::string_view body, const char* type = "application/json", const char* more = "");
/// A body of an error as OpenAI's.
std::string error_json(const std::string& message, const std::string& code);

/// With the usual delay.
Reply only(std::string bytes);
/// At once, as are refusals.
Reply plain(int status, std::string_view body);
Reply refusal(int status, const std::string& message);
Reply too_many(bool with_time);

}  // namespace udrl::stub

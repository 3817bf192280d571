// What an `Error` says, for tests that read its message.
#pragma once

#include <string>

#include "udrl/base/error.hpp"

namespace udrl::test {

/// The message of the Error that `body` throws, with its exit code in front: "2 …"; "nothing thrown" if none is.
template <class Body>
std::string error_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return std::to_string(error.exit_code()) + " " + error.what();
  }
  return "nothing thrown";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace udrl::test

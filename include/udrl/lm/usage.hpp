// What an endpoint was asked, and what that costs. Not for: limits (endpoint_options.hpp).
#pragma once

#include <cstdint>
#include <string>

namespace udrl::lm {

/// All runs of one output folder together.
struct Usage {
  std::uint64_t replies = 0;    ///< that came, of whatever kind
  std::uint64_t lost = 0;       ///< requests without one: the provider may charge for them all the same
  std::uint64_t cached = 0;     ///< answers from the response cache, which cost nothing
  std::uint64_t estimated = 0;  ///< answers whose tokens the endpoint did not count: taken from the texts' lengths
  std::uint64_t prompt_tokens = 0;
  std::uint64_t generated_tokens = 0;
  double cost = 0;  ///< by the prices of the options
  std::uint64_t tokens() const { return prompt_tokens + generated_tokens; }
};

/// "1,000 replies, 120,000 tokens of prompts and 30,000 of answers, cost 1.23"; what is 0 is left out.
std::string to_text(const Usage& usage);

}  // namespace udrl::lm

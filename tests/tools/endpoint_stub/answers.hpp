// A good answer to a request's body, and what a provider would bill for it: a function of the body. Not for: HTTP, or
// what goes wrong (replies.hpp, faults.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace udrl::stub {

/// What one answer costs, and of which body it is (its hash).
struct Bill {
  std::uint64_t hash = 0, prompt_tokens = 0, generated_tokens = 0;
};

struct Answer {
  Bill bill;
  std::string body;
};

/// A completion, of a chat or of a text. Its text begins with what was asked, where that is short, and ends with the
/// hash of the body.
Answer answer_to(std::string_view asked, bool is_chat, const std::string& id);

}  // namespace udrl::stub

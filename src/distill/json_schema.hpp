// Answers that are data: whether a text is a JSON object valid against a schema (JSON Schema draft 7). valijson is
// behind it. Not for: prompts.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace udrl::distill {

class JsonSchema {
 public:
  /// Throws `Error` (user) where `text` is no JSON, or no schema.
  explicit JsonSchema(const std::string& text);
  ~JsonSchema();
  /// Why the text is no object that the schema admits; "" if it is one.
  std::string fault(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::distill

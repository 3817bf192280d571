// Answers that are data: whether a text is a JSON object valid against a schema (JSON Schema draft 7). valijson is
// behind it. Not for: prompts.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace udrl::task {

class JsonSchema {
 public:
  /// Throws `Error` (user) where `text` is no JSON, or no schema.
  explicit JsonSchema(const std::string& text);
  ~JsonSchema();
  /// Why the text is no object that the schema admits; "" if it is one. A key that stands twice is a fault.
  std::string fault(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The object that a text holds over several lines, without what stands around it (a fence "```json"), its white space
/// as in `{"a": [1, 2]}`; "" where there is none.
std::string object_on_one_line(std::string_view text);

}  // namespace udrl::task

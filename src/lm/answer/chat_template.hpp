// A model's own chat template (Jinja), rendered by llama.cpp's engine. Not for: tokenisation.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "udrl/lm/language_model.hpp"

namespace udrl::lm {

class ChatTemplate {
 public:
  /// `source` is Jinja. Throws `Error` (user) if it does not parse. `begin` and `end` are what it calls bos_token,
  /// eos_token.
  ChatTemplate(const std::string& source, std::string begin, std::string end);
  ~ChatTemplate();
  ChatTemplate(ChatTemplate&&) noexcept;

  /// With the generation prompt. What comes from the messages' contents, even changed by the template (trimmed, cut),
  /// is a text segment; what the template wrote is a control segment. Throws `Error` (user) if the template refuses the
  /// messages.
  Prompt render(std::span<const Message> messages) const;

 private:
  struct Program;
  std::unique_ptr<Program> program_;
  std::string begin_, end_;
};

/// "system", "user", "assistant"

}  // namespace udrl::lm

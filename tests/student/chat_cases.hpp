// What chat clients send, and what the chat template of tiny::commands() makes of it: the same in llama.cpp's Jinja
// (checkpoint/chat_clients_test.cpp) and in Python's (check_transformers.py).
#pragma once

#include <string>
#include <vector>

namespace tiny {

struct ChatCase {
  std::string about;
  std::string messages;   ///< JSON, as a client sends them
  std::string arguments;  ///< JSON: template arguments
  std::string prompt;     ///< what follows the begin token; "" where it is refused
  std::string refusal;    ///< part of what is said then
};

const std::vector<ChatCase>& chat_cases();
/// The same where the commands have `mentions`.
const std::vector<ChatCase>& mention_cases();

}  // namespace tiny

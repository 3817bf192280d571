// What the tests of endpoints have in common. Not for: anything but tests.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fake_server.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::lm::testing {

inline std::unique_ptr<LanguageModel> endpoint(const FakeServer& server, int slots = 4) {
  ModelOptions options;
  options.endpoint.urls = {server.url()};
  options.endpoint.http_model = "test-model";
  options.slots = slots;
  return open_model(options);
}

inline std::string chat_answer(const std::string& text, const std::string& reason = "stop") {
  return nlohmann::json{
      {"choices", {{{"message", {{"role", "assistant"}, {"content", text}}}, {"finish_reason", reason}}}},
      {"usage", {{"prompt_tokens", 9}, {"completion_tokens", 3}}}}
      .dump();
}

inline Request chat_request(const LanguageModel& model, const std::string& id) {
  const std::vector<Message> messages{{Role::system, "be brief"}, {Role::user, "say " + id}};
  return {id, model.chat(messages), 0, {}};
}

inline std::string last_content(const std::string& body) {
  return nlohmann::json::parse(body).at("messages").back().at("content");
}

}  // namespace udrl::lm::testing

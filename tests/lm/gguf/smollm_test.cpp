// The real SmolLM2: answers that make sense, and text that cannot become control. Not for: quality.
#include "catch.hpp"
#include "models.hpp"

using namespace udrl::lm;

namespace {

constexpr const char* smollm = "smollm2-135m-instruct.q4_1.gguf";

Request question(const LanguageModel& model, const std::string& text) {
  const std::vector<Message> messages{{Role::system, "You answer in a few words."}, {Role::user, text}};
  Request made{text, model.chat(messages), 0, {}};
  made.sampling.temperature = 0;
  made.sampling.max_tokens = 24;
  return made;
}

}  // namespace

TEST_CASE("SmolLM2 knows the capital of France", "[model]") {
  const auto model = real_model(smollm);
  if (!model) return;
  const Request one = question(*model, "What is the capital of France?");
  const Completion answer = complete_all(*model, {&one, 1})[0];
  CHECK(answer.text.find("Paris") != std::string::npos);
  CHECK(answer.finish == Finish::stop);
  const std::string wrong = "The capital of France is Ouagadougou.";
  CHECK(model->log_prob(one.prompt, "The capital of France is Paris.") > model->log_prob(one.prompt, wrong) + 1);
}

TEST_CASE("an object over several lines is read to its end, and no further", "[model]") {
  const auto model = real_model(smollm);
  if (!model) return;
  const auto object = [](const std::string& subject) {
    return "{\n  \"subject\": \"" + subject + "\",\n  \"kind\": \"poster\"\n}";
  };
  const std::vector<Message> messages{{Role::system, "Answer with a JSON object."}, {Role::user, "holiday sale"},
                                      {Role::assistant, object("holiday sale")},    {Role::user, "yoga retreat"},
                                      {Role::assistant, object("yoga retreat")},    {Role::user, "lost cat"}};
  Request one{"a", model->chat(messages), 0, {}};
  one.sampling.temperature = 0;
  one.sampling.max_tokens = 96;
  one.sampling.stop_after_object = true;
  const Completion answer = complete_all(*model, {&one, 1})[0];
  INFO(answer.text);
  CHECK(answer.text.front() == '{');
  CHECK(answer.text.back() == '}');
  CHECK(answer.text.find('\n') != std::string::npos);
  CHECK(answer.finish == Finish::stop);
}

TEST_CASE("a typed control token is only text", "[model]") {
  const auto model = real_model(smollm);
  if (!model) return;
  const Prompt typed{{"<|im_end|>", false}};
  const Prompt control{{"<|im_end|>", true}};
  const double after_text = model->log_prob(typed, "\n");
  const double after_control = model->log_prob(control, "\n");
  CHECK(std::abs(after_text - after_control) > 0.1);
}

TEST_CASE("greedy answers of the real model do not depend on sharing", "[model]") {
  const auto model = real_model(smollm, 2);
  if (!model) return;
  std::vector<Request> all{question(*model, "Name a fruit."), question(*model, "Name a colour."),
                           question(*model, "Name a bird.")};
  const auto alone = complete_all(*model, all);
  for (Request& one : all) one.shared_segments = 3;
  const auto shared = complete_all(*model, all);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(alone[i].text == shared[i].text);
}

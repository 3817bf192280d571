// The http back-end against a server in this process: messages, retries, refusals, embeddings. Not for: real endpoints.
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "catch.hpp"
#include "endpoint.hpp"
#include "http/retry.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/lm/language_model.hpp"

using namespace udrl::lm;
using nlohmann::json;
using namespace udrl::lm::testing;

TEST_CASE("chats reach the endpoint with their roles and sampling") {
  json seen;
  std::string path;
  std::string headers;
  const FakeServer server([&](const std::string& p, const std::string& h, const std::string& body) {
    path = p;
    headers = h;
    seen = json::parse(body);
    return FakeReply{200, chat_answer("a reply"), "", false};
  });
  setenv("UDRL_TEST_KEY", "secret-1", 1);
  ModelOptions options;
  options.endpoint.urls = {server.url() + "/"};
  options.endpoint.http_model = "test-model";
  options.endpoint.api_key_env = "UDRL_TEST_KEY";
  const auto model = open_model(options);
  Request one = chat_request(*model, "a");
  one.sampling.temperature = 0.7;
  const Completion answer = complete_all(*model, {&one, 1})[0];
  CHECK(path == "/v1/chat/completions");
  CHECK(headers.find("Authorization: Bearer secret-1") != std::string::npos);
  CHECK(seen.at("model") == "test-model");
  CHECK(seen.at("messages").dump() == R"([{"content":"be brief","role":"system"},{"content":"say a","role":"user"}])");
  CHECK(seen.at("temperature") == 0.7);
  CHECK_FALSE(seen.contains("top_k"));
  CHECK(answer.text == "a reply");
  CHECK(answer.finish == Finish::stop);
  CHECK(answer.tokens == 3);
  CHECK(std::isnan(answer.log_prob));
}

TEST_CASE("plain text goes to completions, control tokens nowhere") {
  std::string path;
  const FakeServer server([&](const std::string& p, const std::string&, const std::string&) {
    path = p;
    return FakeReply{200, R"({"choices":[{"text":"\n one\ntwo","finish_reason":"length"}]})", "", false};
  });
  const auto model = endpoint(server);
  Request one{"a", {{"once upon", false}}, 0, {}};
  CHECK(complete_all(*model, {&one, 1})[0].finish == Finish::length);
  CHECK(path == "/v1/completions");
  one.sampling.stop_at_newline = true;
  const Completion cut = complete_all(*model, {&one, 1})[0];
  CHECK(cut.text == "\n one");
  CHECK(cut.finish == Finish::stop);
  one.prompt.push_back({"<|im_start|>", true});
  CHECK_THROWS_AS(complete_all(*model, {&one, 1}), udrl::Error);
}

TEST_CASE("an endpoint's object over several lines is read whole, and nothing behind it") {
  std::string sent;
  const FakeServer server([&](const std::string&, const std::string&, const std::string& body) {
    sent = body;
    return FakeReply{200, R"({"choices":[{"text":"{\n  \"a\": 1\n}\nDone.","finish_reason":"length"}]})", "", false};
  });
  const auto model = endpoint(server);
  Request one{"a", {{"as JSON", false}}, 0, {}};
  one.sampling.stop_after_object = true;
  const Completion answer = complete_all(*model, {&one, 1})[0];
  CHECK(answer.text == "{\n  \"a\": 1\n}");
  CHECK(answer.finish == Finish::stop);
  CHECK(sent.find("\"stop\"") == std::string::npos);
}

TEST_CASE("a busy or broken endpoint is asked again, each request is answered once") {
  std::mutex mutex;
  std::map<std::string, int> tries;
  const FakeServer server([&](const std::string&, const std::string&, const std::string& body) {
    const std::string content = last_content(body);
    const std::lock_guard lock(mutex);
    const int count = ++tries[content];
    if (content == "say 1" && count <= 2) return FakeReply{429, "slow down", "Retry-After: 1\r\n", false};
    if (content == "say 2" && count == 1) return FakeReply{500, "oops", "", false};
    if (content == "say 3" && count == 1) return FakeReply{200, "", "", true};
    if (content == "say 4") return FakeReply{400, "too long", "", false};
    if (content == "say 5") return FakeReply{200, chat_answer("", "content_filter"), "", false};
    if (content == "say 6") return FakeReply{200, "<html>", "", false};
    return FakeReply{200, chat_answer("re: " + content), "", false};
  });
  const auto model = endpoint(server);
  std::vector<Request> all;
  for (int i = 0; i < 12; ++i) all.push_back(chat_request(*model, std::to_string(i)));
  const auto answers = complete_all(*model, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(answers[i].id == std::to_string(i));
    const bool bad = i >= 4 && i <= 6;
    CHECK(answers[i].finish == (i == 5 ? Finish::filtered : bad ? Finish::error : Finish::stop));
    if (!bad) CHECK(answers[i].text == "re: say " + std::to_string(i));
  }
  CHECK(answers[4].text.find("too long") != std::string::npos);
  CHECK(tries.at("say 1") == 3);
  CHECK(tries.at("say 4") == 1);
}

TEST_CASE("waiting for a busy endpoint does not use up the tries, a broken one does") {
  Tries busy("a");
  for (int i = 0; i < 30; ++i) REQUIRE(busy.next_wait(ReplyOutcome::busy, 300));
  const auto kind = GENERATE(ReplyOutcome::broken, ReplyOutcome::garbled);
  Tries tries("c");
  int count = 0;
  while (const auto wait = tries.next_wait(kind, 2)) {
    CHECK(*wait <= 2);
    ++count;
  }
  CHECK(count == (kind == ReplyOutcome::broken ? 5 : 2));
}

TEST_CASE("a wrong key stops at once, and the message does not show it") {
  const FakeServer server([&](const std::string&, const std::string&, const std::string&) {
    return FakeReply{401, "invalid key", "", false};
  });
  setenv("UDRL_TEST_KEY", "secret-2", 1);
  ModelOptions options;
  options.endpoint.urls = {server.url()};
  options.endpoint.http_model = "m";
  options.endpoint.api_key_env = "UDRL_TEST_KEY";
  const auto model = open_model(options);
  const Request one = chat_request(*model, "a");
  try {
    complete_all(*model, {&one, 1});
    FAIL("no error");
  } catch (const udrl::Error& error) {
    const std::string message = error.what();
    CHECK(error.exit_code() == 2);
    CHECK(message.find("401") != std::string::npos);
    CHECK(message.find("api_key_env") != std::string::npos);
    CHECK(message.find("secret-2") == std::string::npos);
  }
}

TEST_CASE("options of an endpoint are checked before anything is sent") {
  ModelOptions options;
  options.endpoint.urls = {"ftp://host/v1"};
  options.endpoint.http_model = "m";
  CHECK_THROWS_AS(open_model(options), udrl::Error);
  options.endpoint.urls = {"http://127.0.0.1:9/v1"};
  options.endpoint.http_model = "";
  CHECK_THROWS_AS(open_model(options), udrl::Error);
  options.endpoint.http_model = "m";
  options.endpoint.api_key_env = "UDRL_TEST_NO_SUCH_VARIABLE";
  CHECK_THROWS_AS(open_model(options), udrl::Error);
  options.endpoint.api_key_env = "";
  CHECK_THROWS_AS(open_model(options)->log_prob({{"a", false}}, "b"), udrl::Error);
}

TEST_CASE("a judge's choice comes from the probabilities that the endpoint lists") {
  bool lists = true;
  json seen;
  std::mutex mutex;
  const FakeServer server([&](const std::string&, const std::string&, const std::string& body) {
    const std::lock_guard lock(mutex);
    seen = json::parse(body);
    const bool second = last_content(body) == "say b";
    const json top{{{"token", second ? " 3" : "4"}, {"logprob", -0.25}}, {{"token", "5"}, {"logprob", -2.0}}};
    json choice{{"message", {{"role", "assistant"}, {"content", "4"}}}, {"finish_reason", "length"}};
    if (lists) choice["logprobs"] = {{"content", {{{"token", "4"}, {"logprob", -0.25}, {"top_logprobs", top}}}}};
    return FakeReply{200, json{{"choices", {choice}}}.dump(), "", false};
  });
  const auto model = endpoint(server);
  const std::vector<Question> questions{{chat_request(*model, "a").prompt, 0}, {chat_request(*model, "b").prompt, 0}};
  const std::vector<std::string> digits{"3", "4", "5"};
  const auto rows = model->choice_log_probs(questions, digits);
  const double never = -std::numeric_limits<double>::infinity();
  CHECK(rows == std::vector<std::vector<double>>{{never, -0.25, -2.0}, {-0.25, never, -2.0}});
  CHECK(seen.at("max_tokens") == 1);
  CHECK(seen.at("logprobs") == true);
  lists = false;
  CHECK_THROWS_AS(model->choice_log_probs(questions, digits), udrl::Error);
}

TEST_CASE("embeddings come in the order of the texts, normalised") {
  const FakeServer server([&](const std::string& path, const std::string&, const std::string& body) {
    if (path != "/v1/embeddings") return FakeReply{404, "", "", false};
    const json input = json::parse(body).at("input");
    json data = json::array();
    for (std::size_t i = input.size(); i-- > 0;) {  // in another order
      data.push_back({{"index", i}, {"embedding", {std::stof(input[i].get<std::string>()), 0.0, 4.0}}});
    }
    return FakeReply{200, json{{"data", data}}.dump(), "", false};
  });
  const auto model = endpoint(server);
  std::vector<std::string> texts;
  for (int i = 0; i < 150; ++i) texts.push_back(std::to_string(i));
  const auto rows = model->embed(texts);
  REQUIRE(rows.size() == 150);
  for (int i = 0; i < 150; ++i) CHECK(rows[static_cast<std::size_t>(i)][0] == Approx(i / std::hypot(i, 4.0)));
}

TEST_CASE("embeddings of another width are refused, in whatever reply they come") {
  std::atomic<int> replies = 0;
  const FakeServer server([&](const std::string&, const std::string&, const std::string& body) {
    const std::size_t texts = json::parse(body).at("input").size(), width = ++replies == 1 ? 2 : 9;
    json data = json::array();
    for (std::size_t i = 0; i < texts; ++i)
      data.push_back({{"index", i}, {"embedding", std::vector<float>(width, 0.5F)}});
    return FakeReply{200, json{{"data", data}}.dump(), "", false};
  });
  const auto model = endpoint(server);
  const std::vector<std::string> one{"tea"}, many(150, "tea");
  CHECK(model->embed(one).front().size() == 2);
  CHECK_THROWS_WITH(model->embed(one), Catch::Contains("not all of one width"));
  CHECK_THROWS_WITH(endpoint(server)->embed(many).size() + model->embed(many).size(),
                    Catch::Contains("not all of one width"));
}

TEST_CASE("an embedding beyond the numbers there are is refused") {
  const std::string number = GENERATE("1e39", "-1e300");
  const FakeServer server([&](const std::string&, const std::string&, const std::string&) {
    return FakeReply{200, R"({"data": [{"index": 0, "embedding": [0.5, )" + number + "]}]}", "", false};
  });
  const auto model = endpoint(server);
  const std::vector<std::string> texts{"tea"};
  try {
    model->embed(texts);
    FAIL("it was taken");
  } catch (const udrl::Error& error) {
    CHECK(std::string(error.what()).find("the endpoint's embeddings cannot be read") != std::string::npos);
  }
}

TEST_CASE("answers on their way are taken when a run is stopped") {
  std::atomic<int> seen = 0;
  const FakeServer server([&](const std::string&, const std::string&, const std::string&) {
    if (++seen == 2) udrl::request_stop();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return FakeReply{200, chat_answer("good"), "", false};
  });
  const auto model = endpoint(server);
  int asked = 0, taken = 0;
  model->complete([&]() -> std::optional<Request> { return chat_request(*model, std::to_string(++asked)); },
                  [&](const Completion& answer) { taken += answer.text == "good"; });
  udrl::request_stop(false);
  CHECK(taken == seen);
}

TEST_CASE("a stop request leaves the endpoint") {
  const FakeServer server([&](const std::string&, const std::string&, const std::string&) {
    return FakeReply{429, "", "Retry-After: 50\r\n", false};
  });
  const auto model = endpoint(server);
  int asked = 0;
  model->complete(
      [&]() -> std::optional<Request> {
        if (++asked == 4) udrl::request_stop();
        return chat_request(*model, std::to_string(asked));
      },
      [](Completion) { FAIL("an answer"); });
  udrl::request_stop(false);
  CHECK(asked == 4);
}

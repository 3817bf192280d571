// Endpoints as they really answer: refusals, other words for the same, broken bodies, systematic failures. Not for: the
// usual course of things (http_test.cpp).
#include "endpoint.hpp"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <set>

#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/observer.hpp"

using namespace udrl::lm;
using namespace udrl::lm::testing;
using nlohmann::json;

namespace {

constexpr double at_once = 0.01;  ///< seconds: tests do not wait as users do

ModelOptions options_of(const FakeServer& server) {
  ModelOptions options;
  options.endpoint.urls = {server.url()};
  options.endpoint.http_model = "test-model";
  options.slots = 4;
  options.endpoint.longest_wait = options.endpoint.retry_for = at_once;
  return options;
}

/// A server that always answers the same, and counts.
struct Fixed {
  explicit Fixed(FakeReply reply)
      : server([this, reply](const auto&, const auto&, const std::string& body) {
          ++asked;
          const std::lock_guard lock(mutex);
          seen = json::parse(body);
          return reply;
        }) {}

  std::mutex mutex;
  json seen;
  std::atomic<int> asked = 0;
  FakeServer server;  // last: it stops first
};

Completion ask_one(const FakeServer& server) {
  const auto model = open_model(options_of(server));
  Request one = chat_request(*model, "a");
  one.sampling.max_tokens = 16;
  return complete_all(*model, {&one, 1})[0];
}

/// What it throws.
udrl::Error error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const udrl::Error& error) {
    return error;
  }
  return udrl::failure("nothing was thrown");
}

std::vector<Request> many(const LanguageModel& model, int count) {
  std::vector<Request> requests;
  for (int i = 0; i < count; ++i) requests.push_back(chat_request(model, std::to_string(i)));
  return requests;
}

std::string with_usage(const json& usage) {
  json answer = json::parse(chat_answer("text"));
  answer["usage"] = usage;
  return answer.dump();
}

/// "hello" in an answer, through gzip.
std::string gzipped_answer() {
  static const unsigned char bytes[] = {
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x0d, 0xc9, 0x41, 0x0a, 0x80, 0x30, 0x0c,
      0x04, 0xc0, 0xbf, 0xec, 0xd9, 0x17, 0xe4, 0x2b, 0x22, 0x52, 0x42, 0xb4, 0x81, 0x9a, 0x14, 0xb7, 0xb7,
      0xd2, 0xbf, 0xeb, 0x5c, 0x67, 0x42, 0x6b, 0xba, 0x1a, 0x21, 0xfb, 0xc4, 0x63, 0x64, 0xb9, 0x0d, 0x32,
      0xa1, 0x19, 0xc3, 0x62, 0x40, 0x50, 0xad, 0xb5, 0xc4, 0xda, 0x70, 0x79, 0x38, 0xeb, 0xf9, 0x5a, 0x61,
      0xc6, 0x1f, 0x1c, 0xd9, 0xb1, 0x8e, 0xf5, 0x01, 0x46, 0xd4, 0xde, 0xcc, 0x44, 0x00, 0x00, 0x00};
  return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

class Notes : public udrl::Observer {
 public:
  void note(udrl::Level, const std::string& text) override { said.push_back(text); }
  std::vector<std::string> said;
};

}  // namespace

TEST_CASE("every known word for an end keeps a good text") {
  const auto [reason, finish] = GENERATE(table<json, Finish>({{"stop", Finish::stop},
                                                              {"eos_token", Finish::stop},
                                                              {"eos", Finish::stop},
                                                              {"end_turn", Finish::stop},
                                                              {"STOP", Finish::stop},
                                                              {"COMPLETE", Finish::stop},
                                                              {"tool_calls", Finish::stop},
                                                              {nullptr, Finish::stop},
                                                              {"MAX_TOKENS", Finish::length},
                                                              {"model_length", Finish::length},
                                                              {"content_filter", Finish::filtered},
                                                              {"SAFETY", Finish::filtered}}));
  json answer = json::parse(chat_answer("a good text"));
  answer["choices"][0]["finish_reason"] = reason;
  const Fixed fixed({200, answer.dump(), "", false});
  const Completion got = ask_one(fixed.server);
  CAPTURE(reason.dump());
  CHECK(got.text == "a good text");
  CHECK(got.finish == finish);
  CHECK(got.unknown_finish.empty());
}

TEST_CASE("an unknown word for an end is named, and the text kept") {
  const int tokens = GENERATE(3, 16);
  json answer = json::parse(chat_answer("a good text", "because"));
  answer["usage"]["completion_tokens"] = tokens;
  const Fixed fixed({200, answer.dump(), "", false});
  const Completion got = ask_one(fixed.server);
  CHECK(got.text == "a good text");
  CHECK(got.unknown_finish == "because");
  CHECK(got.finish == (tokens == 16 ? Finish::length : Finish::stop));
}

TEST_CASE("what is no answer is an error with its cause and the endpoint's words") {
  const auto [status, body, cause, words] = GENERATE(table<int, std::string, std::string, std::string>(
      {{402, R"({"error":{"message":"no credit left"}})", "status 402", "no credit left"},
       {400, R"({"detail":[{"msg":"bad seed"}]})", "status 400", "bad seed"},
       {422, R"({"message":"top_p"})", "status 422", "top_p"},
       {413, "request entity too large", "status 413", "request entity too large"},
       {200, R"({"error":{"message":"overloaded","code":529}})", "error in the reply", "overloaded"},
       {200, R"({"error":"out of memory"})", "error in the reply", "out of memory"},
       {200, R"({"choices":null})", "no choices", "null"},
       {200, R"({"choices":[]})", "no choices", "[]"},
       {200, R"({"choices":[{"message":null,"finish_reason":"stop"}]})", "no text", "null"},
       {200, R"({"choices":[{"message":{"content":"cut h)", "not JSON", "cut h"},
       {200, "<html>\n<b>\x01\xff</b>", "not JSON", "<html> <b>"},
       // a parser that recurses would end here
       {200, std::string(100000, '['), "JSON that is too much: nested more than 64 deep", "[[["},
       {200, "[1]", "no object", "[1]"},
       {200, R"({"choices":[{"message":{"content":"x"},"finish_reason":"error"}]})", "finish_reason error", "x"}}));
  const Fixed fixed({status, body, "", false});
  const Completion got = ask_one(fixed.server);
  CAPTURE(body);
  CHECK(got.finish == Finish::error);
  CHECK(got.cause == cause);
  CHECK(got.text.find(words) != std::string::npos);
  CHECK_NOTHROW(json(got.text).dump());  // UTF-8
  CHECK(got.text.find_first_of("\n\x01") == std::string::npos);
  CHECK(fixed.asked == (status == 200 ? 3 : 1));  // a broken body may be whole the next time
}

TEST_CASE("a request that the filter withholds is answered by that") {
  const Fixed fixed({400, R"({"error":{"message":"policy","code":"content_filter"}})", "", false});
  const Completion got = ask_one(fixed.server);
  CHECK(got.finish == Finish::filtered);
  CHECK(got.text.empty());
}

TEST_CASE("gzip that nobody asked for is read") {
  const Fixed fixed({200, gzipped_answer(), "Content-Encoding: gzip\r\n", false});
  CHECK(ask_one(fixed.server).text == "hello");
}

TEST_CASE("a list of parts is a text") {
  const Fixed fixed(
      {200, R"({"choices":[{"message":{"content":[{"type":"text","text":"one "},{"text":"two"}]}}]})", "", false});
  CHECK(ask_one(fixed.server).text == "one two");
}

TEST_CASE("counts of tokens that are none are 0, and the answer is kept") {
  const json usage = GENERATE(json(), json("many"), json::array(), json({{"completion_tokens", "7"}}),
                              json({{"completion_tokens", nullptr}, {"prompt_tokens", nullptr}}),
                              json({{"completion_tokens", -4}, {"prompt_tokens", -4}}),
                              json({{"completion_tokens", 1e300}, {"prompt_tokens", 1e300}}));
  const Fixed fixed({200, with_usage(usage), "", false});
  const auto model = open_model(options_of(fixed.server));
  CAPTURE(usage.dump());
  std::optional<Request> one = chat_request(*model, "a");
  const Throughput figures = model->complete([&] { return std::exchange(one, std::nullopt); },
                                             [](const Completion& got) {
                                               CHECK(got.text == "text");
                                               CHECK(got.finish == Finish::stop);
                                               CHECK(got.tokens == 0);
                                             });
  CHECK(figures.generated_tokens == 0);
  CHECK(figures.prompt_tokens == 0);
}

TEST_CASE("an endpoint that wants max_completion_tokens is found out") {
  std::atomic<int> refused = 0;
  const FakeServer server([&](const auto&, const auto&, const std::string& body) {
    const json seen = json::parse(body);
    if (seen.contains("max_completion_tokens") && !seen.contains("max_tokens")) {
      CHECK(seen["max_completion_tokens"] == 64);
      return FakeReply{200, chat_answer("good"), "", false};
    }
    ++refused;
    return FakeReply{400,
                     R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. )"
                     R"(Use 'max_completion_tokens' instead."}})",
                     "", false};
  });
  const auto model = open_model(options_of(server));
  for (const Completion& got : complete_all(*model, many(*model, 20))) CHECK(got.text == "good");
  CHECK(refused >= 1);
  CHECK(refused <= 4);  // those that were on their way
}

TEST_CASE("further fields of a request are the config's") {
  const Fixed fixed({200, chat_answer("good"), "", false});
  ModelOptions options = options_of(fixed.server);
  options.endpoint.extra = {{"reasoning_effort", {"\"low\""}}, {"provider", {R"({"order": ["a"]})"}}};
  options.endpoint.leave_out = {"seed"};
  const auto model = open_model(options);
  const Request one = chat_request(*model, "a");
  complete_all(*model, {&one, 1});
  CHECK(fixed.seen.at("reasoning_effort") == "low");
  CHECK(fixed.seen.at("provider").at("order").at(0) == "a");
  CHECK_FALSE(fixed.seen.contains("seed"));
  options.endpoint.extra = {{"temperature", {"1"}}};
  CHECK_THROWS_AS(open_model(options), udrl::Error);
  options.endpoint.extra = {};
  options.endpoint.leave_out = {"messages"};
  CHECK_THROWS_AS(open_model(options), udrl::Error);
}

TEST_CASE("a systematic refusal stops early with the endpoint's words") {
  const bool at_first = GENERATE(true, false);
  std::atomic<int> asked = 0;
  const FakeServer server([&](const auto&, const auto&, const auto&) {
    if (++asked <= 5 && !at_first) return FakeReply{200, chat_answer("good"), "", false};
    return FakeReply{402, R"({"error":{"message":"no credit left"}})", "", false};
  });
  const auto model = open_model(options_of(server));
  const auto requests = many(*model, 200);
  const udrl::Error error = error_of([&] { complete_all(*model, requests); });
  CHECK(error.exit_code() == 1);
  CHECK(std::string(error.what()).find("no credit left") != std::string::npos);
  CHECK(std::string(error.what()).find("402") != std::string::npos);
  CHECK(asked < 40);
}

TEST_CASE("one request that always fails does not end the others") {
  const int status = GENERATE(500, 403, 404);
  const FakeServer server([&](const auto&, const auto&, const std::string& body) {
    if (last_content(body) == "say 9") return FakeReply{status, "not this one", "", false};
    return FakeReply{200, chat_answer("good"), "", false};
  });
  const auto model = open_model(options_of(server));
  const auto answers = complete_all(*model, many(*model, 30));
  for (std::size_t i = 0; i < answers.size(); ++i) CHECK(answers[i].finish == (i == 9 ? Finish::error : Finish::stop));
  CHECK(answers[9].cause == "status " + std::to_string(status));
}

TEST_CASE("a request that breaks the server is one failure, even alone") {
  const Fixed fixed({500, "out of memory", "", false});
  const Completion got = ask_one(fixed.server);
  CHECK(got.finish == Finish::error);
  CHECK(got.cause == "status 500");
  CHECK(got.text == "out of memory");
  CHECK(fixed.asked == 6);
}

TEST_CASE("an endpoint that is not there ends a run") {
  ModelOptions options;
  options.endpoint.urls = {"http://127.0.0.1:1/v1"};
  options.endpoint.http_model = "m";
  options.endpoint.longest_wait = options.endpoint.retry_for = at_once;
  const auto model = open_model(options);
  const Request one = chat_request(*model, "a");
  const udrl::Error error = error_of([&] { complete_all(*model, {&one, 1}); });
  CHECK(error.exit_code() == 1);
  CHECK(std::string(error.what()).find("does not answer") != std::string::npos);
}

TEST_CASE("a redirection says where it leads") {
  const Fixed fixed({308, "", "Location: https://elsewhere.example/v2/chat/completions\r\n", false});
  const udrl::Error error = error_of([&] { ask_one(fixed.server); });
  CHECK(error.exit_code() == 2);
  CHECK(std::string(error.what()).find("https://elsewhere.example/v2/chat/completions") != std::string::npos);
  CHECK(error.cure().find("url = \"https://elsewhere.example/v2\"") != std::string::npos);
}

TEST_CASE("a wait is never longer than it may be, and is said") {
  std::atomic<int> asked = 0;
  const FakeServer server([&](const auto&, const auto&, const auto&) {
    if (++asked <= 4) return FakeReply{429, "slow down", "Retry-After: 86400\r\n", false};
    return FakeReply{200, chat_answer("good"), "", false};
  });
  Notes notes;
  ModelOptions options = options_of(server);
  options.endpoint.retry_for = 60;  // on a busy machine the four refusals take longer than "at once"
  const auto model = open_model(options, {&notes, {}});
  for (const Completion& got : complete_all(*model, many(*model, 4))) CHECK(got.text == "good");
  REQUIRE_FALSE(notes.said.empty());
  CHECK(notes.said[0].find("86400 s") != std::string::npos);
  CHECK(notes.said[0].find("slow down") != std::string::npos);
  CHECK(notes.said[0].find("longest_wait") != std::string::npos);
}

TEST_CASE("a key in the place of its variable's name is not shown") {
  const std::string key = GENERATE("sk-proj-Ab12", "gsk_Ab12Cd34", "AKIA1234567890AB");
  ModelOptions options;
  options.endpoint.urls = {"http://127.0.0.1:9/v1"};
  options.endpoint.http_model = "m";
  options.endpoint.api_key_env = key;
  const udrl::Error error = error_of([&] { open_model(options); });
  CHECK(error.exit_code() == 2);
  CHECK(std::string(error.what()).find(key) == std::string::npos);
  CHECK(std::string(error.what()).find("api_key_env") != std::string::npos);
  options.endpoint.api_key_env = "UDRL_NO_SUCH_KEY";
  CHECK(std::string(error_of([&] { open_model(options); }).what()).find("UDRL_NO_SUCH_KEY") != std::string::npos);
}

TEST_CASE("a key that an endpoint echoes is taken out of its words") {
  const std::string key = "sk-test-0123456789abcdef";
  const bool escapes = GENERATE(false, true);  // JSON has many spellings of a text
  const FakeServer server([&](const std::string&, const std::string& headers, const std::string&) {
    REQUIRE(headers.find(key) != std::string::npos);
    std::string body = json{{"error", {{"message", "bad request, headers were: " + headers}}}}.dump();
    for (std::size_t at = 0; escapes && (at = body.find("sk-test", at)) != std::string::npos;)
      body.replace(at, 3, "s\\u006b\\u002d");
    return FakeReply{400, body, "", false};
  });
  setenv("UDRL_TEST_KEY", key.c_str(), 1);
  ModelOptions options = options_of(server);
  options.endpoint.api_key_env = "UDRL_TEST_KEY";
  const auto model = open_model(options);
  const Request one = chat_request(*model, "a");
  const Completion answer = complete_all(*model, {&one, 1})[0];
  CHECK(answer.finish == Finish::error);
  CHECK(answer.text.find("[key]") != std::string::npos);
  CHECK(answer.text.find(key) == std::string::npos);
}

TEST_CASE("an endpoint's URL with a secret in it is refused, and not shown") {
  const std::string url = GENERATE("https://me:s3cret@host/v1", "https://s3cret@host/v1", "https://host/v1?key=s3cret");
  ModelOptions options;
  options.endpoint.urls = {url};
  options.endpoint.http_model = "m";
  const udrl::Error error = error_of([&] { open_model(options); });
  CHECK(error.exit_code() == 2);
  CHECK(std::string(error.what()).find("s3cret") == std::string::npos);
  CHECK(error.cure().find("api_key_env") != std::string::npos);
}

TEST_CASE("a reply without end is cut off, and is no answer") {
  const FakeServer server([&](const auto&, const auto&, const auto&) {
    return FakeReply{200, chat_answer(std::string(std::size_t{17} << 20, 'a')), "", false};
  });
  const Completion answer = ask_one(server);
  CHECK(answer.finish == Finish::error);
  CHECK(answer.cause == "a reply of more than 16 MiB");
  CHECK(answer.text.size() < 4096);
}

TEST_CASE("an endless answer is cut, so that its record can be read again") {
  const FakeServer server([&](const auto&, const auto&, const auto&) {
    std::string answer = "a";
    while (answer.size() < std::size_t{2} << 20) answer += "é";
    return FakeReply{200, chat_answer(answer), "", false};
  });
  const Completion answer = ask_one(server);
  CHECK(answer.finish == Finish::length);
  CHECK(answer.text.size() == (std::size_t{1} << 20) - 1);  // no character is cut
}

TEST_CASE("a judge that names no option, or is not let answer, leaves its row empty") {
  const FakeServer server([&](const auto&, const auto&, const std::string& body) {
    const std::string content = last_content(body);
    if (content == "say 2") return FakeReply{400, "too long", "", false};
    if (content == "say 3") return FakeReply{200, chat_answer("", "content_filter"), "", false};
    const json top{{{"token", content == "say 1" ? "Good" : "4"}, {"logprob", -0.5}}};
    json choice{{"message", {{"content", "4"}}}, {"finish_reason", "length"}};
    choice["logprobs"] = {{"content", {{{"token", "4"}, {"logprob", -0.5}, {"top_logprobs", top}}}}};
    return FakeReply{200, json{{"choices", {choice}}}.dump(), "", false};
  });
  const auto model = open_model(options_of(server));
  std::vector<Question> questions;
  for (const Request& request : many(*model, 5)) questions.push_back({request.prompt, 0});
  const std::vector<std::string> digits{"3", "4"};
  const auto rows = model->choice_log_probs(questions, digits);
  const double never = -std::numeric_limits<double>::infinity();
  CHECK(rows[0] == std::vector<double>{never, -0.5});
  CHECK(rows[1] == std::vector<double>{never, never});
  CHECK(std::isnan(rows[2][1]));
  CHECK(std::isnan(rows[3][1]));
  CHECK(rows[4] == rows[0]);
}

TEST_CASE("a judge whose endpoint fails ends with its words") {
  const Fixed fixed({402, R"({"error":{"message":"no credit left"}})", "", false});
  const auto model = open_model(options_of(fixed.server));
  const std::vector<Question> questions{{chat_request(*model, "a").prompt, 0}};
  const std::vector<std::string> digits{"3", "4"};
  const udrl::Error error = error_of([&] { model->choice_log_probs(questions, digits); });
  CHECK(error.exit_code() == 1);
  CHECK(std::string(error.what()).find("no credit left") != std::string::npos);
}

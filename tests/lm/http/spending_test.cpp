// What is asked once is not asked again, and what may be spent is not exceeded. Not for: what an endpoint answers
// (endpoint_test.cpp).
#include <atomic>
#include <set>

#include "../../base/files/temp_folder.hpp"
#include "catch.hpp"
#include "endpoint.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

using namespace udrl::lm;
using namespace udrl::lm::testing;
using udrl::test::TempFolder;

namespace {

/// Answers what it is asked, and counts.
struct Counting {
  Counting()
      : server([this](const auto&, const auto&, const std::string& body) {
          ++asked;
          return FakeReply{200, chat_answer("re: " + last_content(body)), "", false};
        }) {}
  std::atomic<int> asked = 0;
  FakeServer server;  // last: it stops first
};

ModelOptions options_of(const FakeServer& server) {
  ModelOptions options;
  options.endpoint.urls = {server.url()};
  options.endpoint.http_model = "test-model";
  options.endpoint.longest_wait = options.endpoint.retry_for = 0.05;
  options.slots = 4;
  return options;
}

std::vector<Request> many(const LanguageModel& model, int count) {
  std::vector<Request> requests;
  for (int i = 0; i < count; ++i) requests.push_back(chat_request(model, std::to_string(i)));
  return requests;
}

/// The exit code of asking so many; `answers` counts those that came.
int ask(LanguageModel& model, int count, int& answers) {
  const auto requests = many(model, count);
  std::size_t next = 0;
  answers = 0;
  try {
    model.complete(
        [&]() -> std::optional<Request> {
          return next < requests.size() ? std::optional(requests[next++]) : std::nullopt;
        },
        [&](const Completion& answer) { answers += answer.text == "re: say " + answer.id; });
  } catch (const udrl::Error& error) {
    return error.exit_code();
  }
  return 0;
}

}  // namespace

TEST_CASE("what the response cache holds is not asked again, by no other run or endpoint") {
  const TempFolder folder;
  const Counting one, other;
  ModelOptions options = options_of(one.server);
  options.endpoint.response_cache = folder.path() / "cache";
  int answers = 0;
  CHECK(ask(*open_model(options), 20, answers) == 0);
  CHECK(one.asked == 20);
  options.endpoint.urls = {other.server.url()};
  const auto again = open_model(options);
  CHECK(ask(*again, 30, answers) == 0);
  CHECK(answers == 30);
  CHECK(other.asked == 10);
  CHECK(again->usage()->cached == 20);
  CHECK(again->usage()->replies == 10);
}

TEST_CASE("another model, seed or temperature is another question to the cache") {
  const TempFolder folder;
  const Counting counting;
  ModelOptions options = options_of(counting.server);
  options.endpoint.response_cache = folder.path();
  const auto model = open_model(options);
  Request one = chat_request(*model, "a");
  complete_all(*model, {&one, 1});
  one.sampling.temperature = 0.5;
  complete_all(*model, {&one, 1});
  one.sampling.seed = 7;
  complete_all(*model, {&one, 1});
  options.endpoint.http_model = "other";
  complete_all(*open_model(options), {&one, 1});
  CHECK(counting.asked == 4);
}

TEST_CASE("what is no answer is not kept") {
  const TempFolder folder;
  std::atomic<int> asked = 0;
  const FakeServer server([&](const auto&, const auto&, const auto&) {
    return ++asked == 1 ? FakeReply{402, "no credit", "", false} : FakeReply{200, chat_answer("good"), "", false};
  });
  ModelOptions options = options_of(server);
  options.endpoint.response_cache = folder.path();
  const auto model = open_model(options);
  const Request one = chat_request(*model, "a");
  CHECK(complete_all(*model, {&one, 1})[0].finish == Finish::error);
  CHECK(complete_all(*model, {&one, 1})[0].text == "good");
}

TEST_CASE("a damaged response cache is said, and not taken for an empty one") {
  const TempFolder folder;
  udrl::write_file_atomic(folder.path() / "responses.sqlite", std::string(8192, 'x'));
  const Counting counting;
  ModelOptions options = options_of(counting.server);
  options.endpoint.response_cache = folder.path();
  try {
    open_model(options);
    FAIL("no error");
  } catch (const udrl::Error& error) {
    CHECK(error.exit_code() == 2);
    CHECK(std::string(error.what()).find("responses.sqlite") != std::string::npos);
  }
}

TEST_CASE("a run ends before it costs more than it may, and goes on with a higher limit") {
  const TempFolder folder;
  const Counting counting;
  ModelOptions options = options_of(counting.server);
  options.endpoint.price_in = 1e6;  // 1 a token: 9 a prompt and 3 an answer
  options.endpoint.price_out = 1e6;
  options.endpoint.max_cost = 500;
  const OpenFor whom{nullptr, folder.path()};
  int answers = 0;
  CHECK(ask(*open_model(options, whom), 100, answers) == 3);
  const int first = answers;
  CHECK(first > 10);
  CHECK(first * 12 <= 500);
  CHECK(counting.asked == first);
  CHECK(ask(*open_model(options, whom), 100, answers) == 3);  // the folder's money is spent
  CHECK(answers <= 1);
  options.endpoint.max_cost = 0;
  const auto open = open_model(options, whom);
  CHECK(ask(*open, 5, answers) == 0);
  CHECK(open->usage()->replies == static_cast<std::uint64_t>(counting.asked));
  CHECK(open->usage()->cost == Approx(12.0 * counting.asked));
  CHECK(open->usage()->prompt_tokens == 9 * static_cast<std::uint64_t>(counting.asked));
}

TEST_CASE("a limit of tokens needs no price, and one of money does") {
  const Counting counting;
  ModelOptions options = options_of(counting.server);
  options.endpoint.max_tokens_total = 400;
  int answers = 0;
  CHECK(ask(*open_model(options), 100, answers) == 3);
  CHECK(answers > 5);
  CHECK(answers * 12 <= 400);
  options.endpoint.max_cost = 1;
  CHECK_THROWS_AS(open_model(options), udrl::Error);
}

TEST_CASE("answers whose tokens are not counted cost what they may at most") {
  const FakeServer server([&](const auto&, const auto&, const auto&) {
    return FakeReply{200, R"({"choices":[{"message":{"content":"good"},"finish_reason":"stop"}]})", "", false};
  });
  const auto model = open_model(options_of(server));
  const Request one = chat_request(*model, "a");
  complete_all(*model, {&one, 1});
  CHECK(model->usage()->estimated == 1);
  CHECK(model->usage()->generated_tokens == 64);
  CHECK(model->usage()->prompt_tokens > 0);
}

TEST_CASE("several endpoints share the work, and one that is not there costs nothing but a try") {
  const Counting one, other;
  ModelOptions options = options_of(one.server);
  options.endpoint.urls = {one.server.url(), "http://127.0.0.1:1/v1", other.server.url()};
  int answers = 0;
  CHECK(ask(*open_model(options), 200, answers) == 0);
  CHECK(answers == 200);
  CHECK(one.asked + other.asked == 200);
  CHECK(one.asked > 20);
  CHECK(other.asked > 20);
}

TEST_CASE("what one endpoint turns away another answers") {
  const Counting good;
  std::atomic<int> refused = 0;
  const FakeServer busy([&](const auto&, const auto&, const auto&) {
    ++refused;
    return FakeReply{429, "slow down", "Retry-After: 1\r\n", false};
  });
  ModelOptions options = options_of(good.server);
  options.endpoint.urls = {busy.url(), good.server.url()};
  options.endpoint.longest_wait = 10;
  int answers = 0;
  CHECK(ask(*open_model(options), 40, answers) == 0);
  CHECK(answers == 40);
  CHECK(refused < 10);
}

TEST_CASE("an endpoint that only ever says that it is busy is given up after the time that is set") {
  const FakeServer server([&](const auto&, const auto&, const auto&) { return FakeReply{503, "loading", "", false}; });
  const auto model = open_model(options_of(server));
  int answers = 0;
  CHECK(ask(*model, 10, answers) == 1);
  CHECK(answers == 0);
}

TEST_CASE("an endpoint that is away for a while is waited for") {
  std::atomic<int> asked = 0;
  const FakeServer server([&](const auto&, const auto&, const std::string& body) {
    if (++asked <= 12) return FakeReply{0, "", "", true};
    return FakeReply{200, chat_answer("re: " + last_content(body)), "", false};
  });
  ModelOptions options = options_of(server);
  options.endpoint.retry_for = 60;
  int answers = 0;
  CHECK(ask(*open_model(options), 20, answers) == 0);
  CHECK(answers == 20);
}

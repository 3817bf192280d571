// A provider's batch interface: files, batches, and what a killed run left there.
#include <atomic>
#include <map>
#include <mutex>

#include "../../base/files/temp_folder.hpp"
#include "../../base/process/notes.hpp"
#include "catch.hpp"
#include "endpoint.hpp"
#include "http/calls.hpp"
#include "http/response_cache.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"

using namespace udrl::lm;
using namespace udrl::lm::testing;
using nlohmann::json;
using udrl::test::TempFolder;

namespace {

/// A provider that answers a batch at the second question how far it is.
class Provider {
 public:
  Provider() : server([this](const auto& path, const auto&, const auto& body) { return answer(path, body); }) {}

  std::atomic<int> direct = 0, batches = 0, requests = 0, polls = 0;
  std::atomic<bool> is_stuck = false;
  std::string status = "completed";
  std::string rest;    ///< of each answer of a batch
  std::string strays;  ///< further lines of a batch's answers
  int fails_each = 0;  ///< every so many-th request of a batch; 0: none
  json last_line;      ///< of the last file

 private:
  FakeReply answer(const std::string& path, const std::string& body) {
    const std::lock_guard lock(mutex_);
    if (path == "/v1/files") return uploaded(body);
    if (path == "/v1/batches") return made(json::parse(body));
    if (path.starts_with("/v1/batches/")) return told(path.substr(12));
    if (path.starts_with("/v1/files/")) return {200, outputs_.at(path.substr(10, path.rfind('/') - 10)), "", false};
    ++direct;
    return {200, chat_answer("direct: " + last_content(body)), "", false};
  }
  FakeReply uploaded(const std::string& body) {
    const std::string id = "file-" + std::to_string(files_.size());
    for (std::size_t at = body.find("{\"body\""); at != std::string::npos; at = body.find("{\"body\"", at + 1))
      files_[id].push_back(last_line = json::parse(body.substr(at, body.find('\n', at) - at)));
    return {200, json{{"id", id}}.dump(), "", false};
  }
  FakeReply made(const json& asked) {
    const std::string id = "batch-" + std::to_string(++batches);
    std::string lines;
    for (const json& line : files_.at(asked.at("input_file_id"))) {
      const bool is_bad = ++requests % std::max(1, fails_each) == 0 && fails_each > 0;
      const json reply = json::parse(chat_answer("batch: " + last_content(line.at("body").dump()) + rest));
      lines += json{{"custom_id", line.at("custom_id")},
                    {"response", {{"status_code", is_bad ? 500 : 200}, {"body", is_bad ? json::object() : reply}}}}
                   .dump() +
               "\n";
    }
    outputs_["output-" + id] = lines + strays;
    return {200, json{{"id", id}, {"status", "validating"}}.dump(), "", false};
  }
  FakeReply told(const std::string& id) {
    json batch = {{"id", id}, {"status", "in_progress"}, {"request_counts", {{"completed", 1}}}};
    if (++polls % 2 == 0 && !is_stuck) batch["status"] = status;
    if (batch["status"] == "completed") batch["output_file_id"] = "output-" + id;
    if (batch["status"] == "failed") batch["errors"] = {{"message", "no such model"}};
    return {200, batch.dump(), "", false};
  }

  std::mutex mutex_;
  std::map<std::string, std::vector<json>> files_;
  std::map<std::string, std::string> outputs_;

 public:
  FakeServer server;  // last: it stops first
};

ModelOptions options_of(const Provider& provider) {
  ModelOptions options;
  options.endpoint.urls = {provider.server.url()};
  options.endpoint.http_model = "test-model";
  options.endpoint.batches = true;
  options.endpoint.batch_poll = 0.01;
  options.endpoint.longest_wait = options.endpoint.retry_for = 0.05;
  return options;
}

std::map<std::string, std::string> ask(LanguageModel& model, int count) {
  std::map<std::string, std::string> answers;
  int next = 0;
  model.complete(
      [&]() -> std::optional<Request> {
        return next < count ? std::optional(chat_request(model, std::to_string(next++))) : std::nullopt;
      },
      [&](const Completion& answer) { answers[answer.id] = answer.text; });
  return answers;
}

}  // namespace

TEST_CASE("a batch answers all its requests, and is paid for once") {
  const TempFolder folder;
  Provider provider;
  const auto model = open_model(options_of(provider), {nullptr, folder.path()});
  const auto answers = ask(*model, 30);
  REQUIRE(answers.size() == 30);
  for (const auto& [id, text] : answers) CHECK(text == "batch: say " + id);
  CHECK(provider.batches == 1);
  CHECK(provider.direct == 0);
  CHECK(provider.last_line.at("method") == "POST");
  CHECK(provider.last_line.at("url") == "/v1/chat/completions");
  CHECK(model->usage()->replies == 30);
  CHECK(model->usage()->cached == 30);
  CHECK(model->usage()->generated_tokens == 90);
  CHECK(ask(*model, 31).size() == 31);  // the thirty are known
  CHECK(provider.requests == 31);
}

TEST_CASE("requests that fail within a batch are asked one by one") {
  const TempFolder folder;
  Provider provider;
  provider.fails_each = 10;
  const auto model = open_model(options_of(provider), {nullptr, folder.path()});
  const auto answers = ask(*model, 30);
  CHECK(answers.size() == 30);
  CHECK(provider.direct == 3);
  CHECK(model->usage()->replies == 33);
}

TEST_CASE("what a batch answers without being asked is left out, and said once") {
  const TempFolder folder;
  Provider provider;
  const auto stray = [](const std::string& id, const json& status) {
    const json response = {{"status_code", status}, {"body", json::parse(chat_answer("another one's"))}};
    return json{{"custom_id", id}, {"response", response}}.dump() + "\n";
  };
  provider.strays = stray("stray", 200) + stray(std::string(64, 'f'), 200) + stray("odd", "200");
  udrl::test::Notes notes;
  ModelOptions options = options_of(provider);
  options.endpoint.response_cache = folder.path();
  CHECK(ask(*open_model(options, {&notes, {}}), 5).size() == 5);
  CHECK(notes.all.find("is left out: 3 of its answers") != std::string::npos);
  CHECK(notes.all.find("is left out") == notes.all.rfind("is left out"));
  ResponseCache cache(folder.path());
  CHECK_FALSE(cache.has("stray"));
  CHECK_FALSE(cache.has(std::string(64, 'f')));
}

TEST_CASE("a batch that an earlier version wrote down is collected, and a status that is none is no answer") {
  const TempFolder folder;
  Provider provider;
  const auto answer = [](const std::string& id, const json& status) {
    const json response = {{"status_code", status}, {"body", json::parse(chat_answer("kept"))}};
    return json{{"custom_id", id}, {"response", response}}.dump() + "\n";
  };
  provider.strays = answer("whole", 200) + answer("text", "200") + answer("beyond", 1e300) + answer("none", json());
  ModelOptions options = options_of(provider);
  options.endpoint.response_cache = folder.path();
  CHECK(ask(*open_model(options), 1).size() == 1);  // the provider has batch-1 now
  folder.file("batches.json", R"({"submitted": [{"id": "batch-1", "requests": 1}]})");
  CHECK(ask(*open_model(options), 1).size() == 1);
  ResponseCache cache(folder.path());
  CHECK(cache.has("whole"));
  CHECK_FALSE(cache.has("text"));
  CHECK_FALSE(cache.has("beyond"));
  CHECK_FALSE(cache.has("none"));
  CHECK(provider.batches == 1);
}

TEST_CASE("an answer of a batch that is too long to be read is asked for by itself") {
  const TempFolder folder;
  Provider provider;
  provider.rest = std::string(std::size_t{17} << 20, 'a');
  const auto model = open_model(options_of(provider), {nullptr, folder.path()});
  CHECK(ask(*model, 1).at("0") == "direct: say 0");
}

TEST_CASE("a line without end in a batch's answers is an error that says how to go on") {
  const TempFolder folder;
  Provider provider;
  provider.rest = std::string(std::size_t{65} << 20, 'a');
  const auto model = open_model(options_of(provider), {nullptr, folder.path()});
  try {
    ask(*model, 1);
    FAIL("it was read");
  } catch (const udrl::Error& error) {
    CHECK(std::string(error.what()).find("a line is longer than 64 MiB") != std::string::npos);
    CHECK(error.cure().find("batches.json to give the batch up") != std::string::npos);
  }
}

TEST_CASE("a download ends at its limit, or where the disk does, and is not tried again") {
  const TempFolder folder;
  std::atomic<int> asked = 0;
  const FakeServer server([&](const auto&, const auto&, const auto&) {
    ++asked;
    return FakeReply{200, std::string(100'000, 'a'), "", false};
  });
  HttpPlace place;
  place.urls = {server.url()};
  const HttpCalls calls(place);
  const auto error_of = [&](const std::filesystem::path& file, std::uint64_t most_bytes) {
    try {
      calls.download("/files/1/content", file, {most_bytes, "the cure"});
    } catch (const udrl::Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  CHECK(error_of(folder / "a", 100'000) == "nothing thrown");
  CHECK(std::filesystem::file_size(folder / "a") == 100'000);
  const std::string too_long = error_of(folder / "a", 99'999);
  CHECK(too_long.find("/files/1/content: the endpoint's reply is too long") != std::string::npos);
  CHECK(too_long.find("at most 99999 bytes") != std::string::npos);
  CHECK(too_long.find("the cure") != std::string::npos);
  CHECK(error_of("/dev/full", 100'000).find("the disk is full") != std::string::npos);
  CHECK(asked == 3);
}

TEST_CASE("a stop request ends a call that is not answered, but not one that posts") {
  std::atomic<bool> is_over = false;
  const FakeServer server([&](const auto& path, const auto&, const auto&) {
    udrl::request_stop();
    const auto is_enough = [&, begin = std::chrono::steady_clock::now()] {
      return is_over || (path == "/v1/batches" && std::chrono::steady_clock::now() - begin > std::chrono::seconds(2));
    };
    while (!is_enough()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return FakeReply{200, "here", "", false};
  });
  HttpPlace place;
  place.urls = {server.url()};
  const HttpCalls calls(place);
  try {
    calls.get("/models");
    FAIL("it was not stopped");
  } catch (const udrl::Error& error) {
    CHECK(error.exit_code() == 3);
  }
  udrl::request_stop(false);
  CHECK(calls.post("/batches", "{}") == "here");
  udrl::request_stop(false);
  is_over = true;
}

TEST_CASE("a batch that a stopped run submitted is collected by the next one, not submitted again") {
  const TempFolder folder;
  Provider provider;
  provider.is_stuck = true;
  std::thread stopper([&] {
    while (provider.polls < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    udrl::request_stop();
  });
  try {
    ask(*open_model(options_of(provider), {nullptr, folder.path()}), 20);
    FAIL("it was not stopped");
  } catch (const udrl::Error& error) {
    CHECK(error.exit_code() == 3);
  }
  stopper.join();
  udrl::request_stop(false);
  provider.is_stuck = false;
  const auto answers = ask(*open_model(options_of(provider), {nullptr, folder.path()}), 20);
  CHECK(answers.size() == 20);
  CHECK(provider.batches == 1);
  CHECK(provider.direct == 0);
}

TEST_CASE("a batch that ends without an answer is an error with the provider's words, and submitted anew") {
  const TempFolder folder;
  Provider provider;
  provider.status = "failed";
  try {
    ask(*open_model(options_of(provider), {nullptr, folder.path()}), 5);
    FAIL("no error");
  } catch (const udrl::Error& error) {
    CHECK(error.exit_code() == 1);
    CHECK(std::string(error.what()).find("no such model") != std::string::npos);
  }
  provider.status = "completed";
  CHECK(ask(*open_model(options_of(provider), {nullptr, folder.path()}), 5).size() == 5);
  CHECK(provider.batches == 2);
}

TEST_CASE("an endpoint without batches says so, and batches want a folder") {
  const FakeServer server([](const auto&, const auto&, const auto&) { return FakeReply{404, "not found", "", false}; });
  const TempFolder folder;
  ModelOptions options;
  options.endpoint.urls = {server.url()};
  options.endpoint.http_model = "m";
  options.endpoint.batches = true;
  CHECK_THROWS_AS(open_model(options), udrl::Error);
  try {
    ask(*open_model(options, {nullptr, folder.path()}), 2);
    FAIL("no error");
  } catch (const udrl::Error& error) {
    CHECK(error.exit_code() == 2);
    CHECK(error.cure().find("batches") != std::string::npos);
  }
}

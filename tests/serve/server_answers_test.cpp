// What clients get that ask as they should: whole answers, answers in parts, type-ahead. Not for: clients that are
// slow, gone or hostile (server_test.cpp), or what each field of a request means (wishes_test.cpp).
#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <sstream>
#include <thread>

#include "catch.hpp"
#include "replies/sessions.hpp"
#include "running_server.hpp"
#include "student/tiny.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/student/gguf_export.hpp"
#include "udrl/student/ideas.hpp"

using namespace udrl;
using namespace udrl::serve;
using namespace udrl::serve::testing;
using data::Json;

namespace {

/// The folder of a student that mentions words, with a table of a few.
/// With a critic, of no opinion.
const std::filesystem::path& judging_folder() {
  static const tiny::Folder folder;
  static const bool is_written = [] {
    tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
    (void)student::export_gguf(folder.path());
    const auto width = static_cast<std::size_t>(tiny::config().n_embd);
    save(student::Critic{sha256_file(folder / student::files::gguf), 1, std::vector<double>(width, 0.0)},
         folder / student::files::critic);
    return true;
  }();
  (void)is_written;
  return folder.path();
}

const std::filesystem::path& mentioning_folder() {
  static const tiny::Folder folder;
  static const bool is_written = [] {
    command::Fitted commands = tiny::commands();
    commands.mentions = true;
    tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()), commands);
    (void)student::export_gguf(folder.path());
    student::write_ideas(folder / student::files::ideas, {{"harbor", "sale", "snow"},
                                                          2,
                                                          {1, 0, 1, 0, 0.6F, 0.8F},
                                                          {1, 1, 1},
                                                          {"image", "template"},
                                                          {{5, 0, 5}, {5, 0, 5}},
                                                          "a test"});
    return true;
  }();
  (void)is_written;
  return folder.path();
}

/// The events of a stream; nothing where it is none, or does not end in "[DONE]". Catch's checks are for one thread.
std::optional<std::vector<Json>> read_events(httplib::Client& client, const std::string& path,
                                             const std::string& body) {
  const auto got = client.Post(path, body, "application/json");
  if (!got || got->status != 200 || got->get_header_value("Content-Type") != "text/event-stream") return std::nullopt;
  std::vector<Json> found;
  std::string last;
  std::istringstream lines(got->body);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("data: ")) continue;
    last = line.substr(6);
    if (last != "[DONE]") found.push_back(data::parse_json(last));
  }
  return last == "[DONE]" ? std::optional(found) : std::nullopt;
}

std::vector<Json> events(httplib::Client& client, const std::string& path, const std::string& body) {
  const auto found = read_events(client, path, body);
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("OpenAI's clients get what they expect", "[server]") {
  const Running server;
  const auto client = server.client();
  const Reply one =
      post(*client, "/v1/completions", R"({"prompt": ["a sale", "a shop"], "n": 2, "seed": 5, "words": 17})");
  REQUIRE(one.status == 200);
  CHECK(one.json["object"] == "text_completion");
  REQUIRE(one.json["choices"].size() == 4);
  for (int i = 0; i < 4; ++i) {
    const Json& choice = one.json["choices"][static_cast<std::size_t>(i)];
    CHECK(choice["index"] == i);
    CHECK(choice["udrl"]["intent"] == (i < 2 ? "a sale" : "a shop"));
    CHECK(choice["udrl"]["task"] == "image");
    CHECK(choice["udrl"]["words_asked"] == 17);
    CHECK((choice["finish_reason"] == "stop" || choice["finish_reason"] == "length"));
  }
  CHECK(one.json["usage"]["completion_tokens"] > 0);
  CHECK(one.json["usage"]["prompt_tokens"] > 0);
  CHECK(post(*client, "/v1/completions", R"({"prompt": "a sale", "n": 2, "seed": 5, "words": 17})")
            .json["choices"][1]["text"] == one.json["choices"][1]["text"]);
  const Reply chat =
      post(*client, "/v1/chat/completions",
           R"({"messages": [{"role": "system", "content": "task: template"}, {"role": "user", "content": "a sale"}]})");
  REQUIRE(chat.status == 200);
  CHECK(chat.json["choices"][0]["message"]["role"] == "assistant");
  CHECK(chat.json["choices"][0]["udrl"]["task"] == "template");
  const auto models = client->Get("/v1/models");
  REQUIRE(models);
  CHECK(data::parse_json(models->body)["data"][1]["id"] == "tiny:image");
  CHECK(client->Get("/v1/models/tiny:image")->status == 200);
  CHECK(server.client()->Get("/v1/models/nobody")->status == 404);
}

TEST_CASE("the parts of a stream are the whole answer", "[server]") {
  const Running server;
  const auto client = server.client();
  const std::string asked = R"("messages": [{"role": "user", "content": "a sale"}], "seed": 3, "n": 2)";
  const Reply whole = post(*client, "/v1/chat/completions", "{" + asked + "}");
  const auto parts = events(*client, "/v1/chat/completions",
                            "{" + asked + R"(, "stream": true, "stream_options": {"include_usage": true}})");
  std::map<std::size_t, std::string> texts, finish;
  for (const Json& part : parts)
    for (const Json& choice : part["choices"]) {
      texts[choice["index"]] += choice["delta"].value("content", "");
      if (!choice["finish_reason"].is_null()) finish[choice["index"]] = choice["finish_reason"];
    }
  for (const Json& choice : whole.json["choices"]) {
    CHECK(texts[choice["index"]] == choice["message"]["content"]);
    CHECK(finish[choice["index"]] == choice["finish_reason"]);
  }
  CHECK(parts.front()["choices"][0]["delta"]["role"] == "assistant");
  CHECK(parts.back()["usage"]["completion_tokens"] == whole.json["usage"]["completion_tokens"]);
}

TEST_CASE("type-ahead tells each task's text as it grows, and ends", "[server]") {
  const Running server;
  const auto client = server.client();
  const auto told = events(
      *client, "/v1/typeahead",
      R"({"client": "c", "intent": "a sale", "tasks": ["image", "poster", "template"], "next_words": 3, "words": 9, "nearest": true})");
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> done;
  for (const Json& event : told) {
    const std::string task = event["task"];
    if (task == "poster") {
      CHECK_THAT(event["error"].get<std::string>(), Catch::Contains("poster"));
      continue;
    }
    CHECK_FALSE(done[task]);
    texts[task] = event["text"];
    done[task] = event["done"];
  }
  for (const char* task : {"image", "template"}) {
    CHECK(done[task]);
    CHECK(std::count(texts[task].begin(), texts[task].end(), ' ') <= 2);
  }
  CHECK(events(*client, "/v1/typeahead", R"({"intent": " ", "tasks": ["image"]})").empty());
}

TEST_CASE("a student with a critic answers each kind of request, ranked or not", "[server]") {
  const Running server({}, nullptr, judging_folder());
  const auto client = server.client();
  CHECK(post(*client, "/v1/completions", R"({"prompt": "a sale"})").status == 200);
  CHECK(post(*client, "/v1/completions", R"({"prompt": "a sale", "best_of": 9})").status == 200);
  CHECK(post(*client, "/v1/chat/completions", R"({"messages": [{"role": "user", "content": "a sale"}]})").status ==
        200);
  CHECK(events(*client, "/v1/completions", R"({"prompt": "a sale", "stream": true})").size() > 1);
  CHECK(events(*client, "/v1/typeahead", R"({"intent": "a sale"})").back()["done"] == true);
}

TEST_CASE("type-ahead gives the best of several drafts of each task, and nothing before", "[server]") {
  const Running server({}, nullptr, judging_folder());
  const auto client = server.client();
  const auto told =
      events(*client, "/v1/typeahead",
             R"({"intent": "a sale", "tasks": ["image", "template"], "words": 9, "nearest": true, "best_of": 9})");
  REQUIRE(told.size() == 2);
  CHECK(told[0]["task"] != told[1]["task"]);
  for (const Json& event : told) {
    CHECK(event["done"] == true);
    CHECK(event["best_of"] == 9);
    CHECK(event["ms"] > 0);
  }
  const Json facts = data::parse_json(client->Get("/v1/student")->body);
  CHECK(facts["ranks"] == true);
  CHECK(facts["best_of"] == 32);
}

TEST_CASE("a page is offered as many drafts as a request may ask for, and none without a critic", "[server]") {
  ServeOptions few;
  few.most_answers = 11;
  const Running judging(few, nullptr, judging_folder());
  CHECK(data::parse_json(judging.client()->Get("/v1/student")->body)["best_of"] == 5);
  CHECK(post(*judging.client(), "/v1/typeahead", R"({"intent": "a", "tasks": ["image", "template"], "best_of": 6})")
            .status == 400);
}

TEST_CASE("without a critic type-ahead says what it lacks", "[server]") {
  const Running server;
  const auto client = server.client();
  CHECK(data::parse_json(client->Get("/v1/student")->body)["best_of"] == 0);
  const auto told = events(*client, "/v1/typeahead", R"({"intent": "a sale", "tasks": ["image"], "best_of": 4})");
  REQUIRE(told.size() == 1);
  CHECK_THAT(told[0]["error"].get<std::string>(), Catch::Contains("neither a critic nor an embedder"));
}

TEST_CASE("words to mention are told back, the student's own ideas or those of the request", "[server]") {
  const Running server({}, nullptr, mentioning_folder());
  const auto client = server.client();
  const auto mention = [&](const std::string& more) {
    const Reply reply = post(*client, "/v1/completions", R"({"prompt": "a sale", "seed": 1)" + more + "}");
    REQUIRE(reply.status == 200);
    return reply.json["choices"][0]["udrl"].value("mention", "");
  };
  CHECK_THAT(mention(""), Catch::Contains("harbor") || Catch::Contains("snow"));
  CHECK(mention(R"(, "mention": "none")").empty());
  CHECK(mention(R"(, "mention": "Winter & ICE")") == "winter, ice");
  CHECK(mention(R"(, "mention": ["winter", "ice"])") == "winter, ice");
  const auto told = events(*client, "/v1/typeahead", R"({"intent": "a sale", "tasks": ["image"], "mention": "ice"})");
  CHECK(told.back()["mention"] == "ice");
  CHECK(data::parse_json(client->Get("/v1/student")->body)["mentions"] == true);
}

TEST_CASE("a student that never learned to mention words says so", "[server]") {
  const Running server;
  const auto client = server.client();
  CHECK(data::parse_json(client->Get("/v1/student")->body)["mentions"] == false);
  CHECK(post(*client, "/v1/completions", R"({"prompt": "a sale", "mention": "none"})").status == 200);
  const Reply refused = post(*client, "/v1/completions", R"({"prompt": "a sale", "mention": "ice"})");
  CHECK(refused.status == 400);
  CHECK_THAT(refused.json["error"]["message"].get<std::string>(), Catch::Contains("never learned to mention"));
  const auto told = events(*client, "/v1/typeahead", R"({"intent": "a sale", "tasks": ["image"], "mention": "ice"})");
  REQUIRE(told.size() == 1);
  CHECK_THAT(told[0]["error"].get<std::string>(), Catch::Contains("never learned to mention"));
}

TEST_CASE("a later keystroke ends what is written for an earlier one", "[server]") {
  const Running server;
  std::atomic<bool> is_over = false;
  std::atomic<int> superseded = 0, whole = 0;
  std::vector<std::thread> typing;
  for (int i = 0; i < 6; ++i)
    typing.emplace_back([&] {
      const auto client = server.client();
      for (int key = 0; key < 10 && !is_over; ++key) {
        const auto told = read_events(
            *client, "/v1/typeahead",
            R"({"client": "one", "intent": "a sale", "tasks": ["image", "template"], "words": 9, "nearest": true})");
        if (!told || told->empty()) return;
        ++(told->back().contains("superseded") ? superseded : whole);
      }
    });
  for (auto& one : typing) one.join();
  CHECK(superseded + whole == 60);
  CHECK(whole > 0);
  CHECK(superseded > 0);
}

TEST_CASE("of one client's requests the one that came last is answered, whichever begins first") {
  Sessions sessions;
  const Sessions::Mark first = sessions.new_mark(), second = sessions.new_mark(), third = sessions.new_mark();
  sessions.begin("a", second);
  sessions.begin("a", first);  // took longer to prepare
  CHECK(first.is_superseded());
  CHECK_FALSE(second.is_superseded());
  sessions.begin("a", third);
  CHECK(second.is_superseded());
  sessions.end("a", second);
  CHECK_FALSE(third.is_superseded());
  const Sessions::Mark other = sessions.new_mark(), nobody = sessions.new_mark(), nobody_else = sessions.new_mark();
  sessions.begin("b", other);
  sessions.begin("", nobody);
  sessions.begin("", nobody_else);
  CHECK_FALSE(third.is_superseded());
  CHECK_FALSE(nobody.is_superseded());
}

TEST_CASE("a ranker that fails is told, and the server lives", "[server]") {
  lm::ModelOptions nowhere;
  nowhere.endpoint.urls = {"http://127.0.0.1:1/v1"};
  nowhere.endpoint.http_model = "x";
  nowhere.endpoint.longest_wait = nowhere.endpoint.retry_for = 0;
  const auto embedder = lm::open_model(nowhere);
  const inference::Ranker ranker(*embedder);
  const Running server({}, &ranker);
  const auto client = server.client();
  CHECK(post(*client, "/v1/completions", R"({"prompt": "a sale", "best_of": 3})").status == 500);
  const auto told =
      events(*server.client(), "/v1/completions", R"({"prompt": "a sale", "best_of": 3, "stream": true})");
  REQUIRE(told.size() == 1);
  CHECK(told[0]["error"]["code"] == 500);
  CHECK(post(*server.client(), "/v1/completions", R"({"prompt": "a sale"})").status == 200);
}

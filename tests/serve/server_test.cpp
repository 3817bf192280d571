// A server with a tiny student, and clients of all kinds: good, slow, vanished, hostile.
#include <arpa/inet.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <thread>

#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/serve/serve.hpp"
#include "udrl/student/gguf_export.hpp"
#include "udrl/student/ideas.hpp"

using namespace udrl;
using namespace udrl::serve;
using data::Json;

namespace {

const std::filesystem::path& student_folder() {
  static const tiny::Folder folder;
  static const bool is_written = [] {
    tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
    (void)student::export_gguf(folder.path());
    return true;
  }();
  (void)is_written;
  return folder.path();
}

/// Of a student that mentions words, with a table of a few.
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

class Notes final : public Observer {
 public:
  void note(Level, const std::string& text) override { texts += text + "\n"; }
  std::string texts;
};

class Running {
 public:
  explicit Running(ServeOptions options = {}, const inference::Ranker* ranker = nullptr,
                   const std::filesystem::path& folder = student_folder())
      : student_(inference::StudentModel::open(folder, one_house())) {
    set_compute_threads(1);  // as udrl-serve runs a small student
    options.port = 0;
    options.name = "tiny";
    options.slots = one_house().slots;
    std::promise<std::string> listening;
    auto url = listening.get_future();
    done_ = std::async(std::launch::async, [this, options, ranker, &listening] {
      serve::serve({student_, ranker}, options, notes, [&](const std::string& at) { listening.set_value(at); });
    });
    while (url.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
      if (done_.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready) done_.get();  // throws
    url_ = url.get();
    port_ = std::stoi(url_.substr(url_.rfind(':') + 1));
  }
  ~Running() {
    request_stop();
    done_.get();
    request_stop(false);
  }

  std::unique_ptr<httplib::Client> client() const {
    auto one = std::make_unique<httplib::Client>("127.0.0.1", port_);
    one->set_read_timeout(60);
    return one;
  }
  int port() const { return port_; }
  Notes notes;

 private:
  static lm::ModelOptions one_house() {
    lm::ModelOptions options;
    options.slots = 4;
    return options;
  }
  inference::StudentModel student_;
  std::future<void> done_;
  std::string url_;
  int port_ = 0;
};

struct Reply {
  int status = 0;
  Json json;
};

Reply post(httplib::Client& client, const std::string& path, const std::string& body,
           const httplib::Headers& headers = {}) {
  const auto got = client.Post(path, headers, body, "application/json");
  REQUIRE(got);
  return {got->status, data::json_or_discarded(got->body)};
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

/// A connection as raw as an attacker's.
class Raw {
 public:
  explicit Raw(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const timeval patience{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Raw() { ::close(socket_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  void send(const std::string& bytes) const { (void)!::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// Until the other side closes.
  std::string rest() const {
    std::string all;
    char bytes[4096];
    for (ssize_t n = 0; (n = ::recv(socket_, bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<std::size_t>(n));
    return all;
  }

 private:
  int socket_;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
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

TEST_CASE("what cannot be answered is told in words and with the right status", "[server]") {
  ServeOptions options;
  options.body_kib = 1;
  options.waiting = 3;
  const Running server(options);
  const auto client = server.client();
  const auto status = [&](const std::string& body) { return post(*client, "/v1/completions", body).status; };
  CHECK(status("{") == 400);
  CHECK(status(R"({"prompt": ""})") == 400);
  CHECK(status(R"({"prompt": "a", "task": "poster"})") == 400);
  CHECK(status(R"({"prompt": "a", "words": 70})") == 400);
  CHECK(status(R"({"prompt": "a", "words": 70, "nearest": true})") == 200);
  CHECK(status(R"({"prompt": "a", "best_of": 3})") == 400);
  CHECK(status(R"({"prompt": "a", "n": 4})") == 503);
  CHECK(status(R"({"prompt": "a", "temperature": -1})") == 400);
  CHECK(status(R"({"prompt": ")" + std::string(900, 'x') + R"("})") == 400);  // longer than the context
  CHECK(status(R"({"prompt": "still here"})") == 200);
  const auto large = client->Post("/v1/completions", std::string(5000, ' '), "application/json");
  CHECK((!large || large->status == 413));
  const Reply deep = post(*server.client(), "/v1/completions", std::string(900, '['));
  CHECK(deep.status == 400);
  CHECK_THAT(deep.json["error"]["message"].get<std::string>(), Catch::Contains("deep"));
  const auto nowhere = server.client()->Get("/v1/../etc/passwd");
  REQUIRE(nowhere);
  CHECK(nowhere->status == 404);
  CHECK(server.client()->Get("/health")->status == 200);
}

TEST_CASE("a page of another site is refused, a friend may read", "[server]") {
  ServeOptions options;
  options.allowed_origins = {"https://friend.example"};
  const Running server(options);
  const std::string body = R"({"prompt": "a sale"})";
  CHECK(post(*server.client(), "/v1/completions", body, {{"Origin", "https://evil.example"}}).status == 403);
  CHECK(post(*server.client(), "/v1/completions", body, {{"Host", "evil.example"}}).status == 403);
  const auto friendly =
      server.client()->Post("/v1/completions", {{"Origin", "https://friend.example"}}, body, "application/json");
  REQUIRE(friendly);
  CHECK(friendly->status == 200);
  CHECK(friendly->get_header_value("Access-Control-Allow-Origin") == "https://friend.example");
  const auto asked = server.client()->Options("/v1/completions", {{"Origin", "https://friend.example"}});
  REQUIRE(asked);
  CHECK(asked->status == 204);
}

TEST_CASE("a key is never said back", "[server]") {
  ::setenv("UDRL_TEST_KEY", "a-very-secret-key", 1);
  ServeOptions options;
  options.api_key_env = "UDRL_TEST_KEY";
  const Running server(options);
  const auto refused = server.client()->Post("/v1/completions", {{"Authorization", "Bearer a-very-secret-kez"}},
                                             R"({"prompt": "a sale"})", "application/json");
  REQUIRE(refused);
  CHECK(refused->status == 401);
  CHECK(count(refused->body, "secret") == 0);
  CHECK(post(*server.client(), "/v1/completions", R"({"prompt": "a sale"})",
             {{"Authorization", "Bearer a-very-secret-key"}})
            .status == 200);
  options.api_key_env = "UDRL_TEST_KEY_THAT_IS_NOT_SET";
  CHECK_THROWS_AS(Running(options), Error);
  ::unsetenv("UDRL_TEST_KEY");
}

TEST_CASE("behind a request that is refused unread no second one comes in", "[server]") {
  const Running server;
  const std::string hidden = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", host = "Host: localhost\r\n";
  const std::string post = "POST /v1/completions HTTP/1.1\r\n" + host + "Content-Type: application/json\r\n";
  const std::string length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n\r\n";
  for (const std::string& head : {
           post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n",
           post + "Content-Encoding: gzip\r\n" + length,
           post + "Content-Length: 0\r\n" + length,
           post + "Content-Length: abc\r\n\r\n",
           post + "Content-Length: -1\r\n\r\n",
           post + "\r\n",
           post + "Range: bytes=9-1\r\n" + length,
           post + "X: " + std::string(9000, 'x') + "\r\n" + length,
           "POST /" + std::string(9000, 'x') + " HTTP/1.1\r\n" + host + length,
           "GET /health HTTP/1.1\r\n" + host + length,
           "HEAD /health HTTP/1.1\r\n" + host + length,
           "POST /v1/completions HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\n" + length,
           "POST /v1/completions HTTP/1.1\r\n" + host + host + "\r\n",
       }) {
    INFO(head.substr(0, 200));
    const Raw raw(server.port());
    raw.send(head);
    std::this_thread::sleep_for(std::chrono::milliseconds(30));  // not in the same read
    raw.send(hidden);
    const std::string said = raw.rest();
    CHECK(count(said, "HTTP/1.1 ") <= 1);
    CHECK(count(said, "HTTP/1.1 2") == 0);
    CHECK(count(said, "udrl_clients") == 0);
  }
  const Raw garbage(server.port());
  garbage.send("\x16\x03\x01 what is this\r\n\r\n");
  (void)garbage.rest();
  CHECK(server.client()->Get("/health")->status == 200);
}

TEST_CASE("two requests in one write are both answered, each whole", "[server]") {
  const Running server;
  const Raw raw(server.port());
  raw.send(
      "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /page.css HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-3\r\n"
      "Connection: close\r\n\r\n");
  const std::string said = raw.rest();
  CHECK(count(said, "HTTP/1.1 200") == 2);
  CHECK(said.size() > 3000);
}

TEST_CASE("what a request may take is limited before it is read", "[server]") {
  ServeOptions options;
  options.body_kib = 64;
  const Running server(options);
  const std::string endless(1 << 20, 'x');
  for (const std::string& head : {std::string("GET /"), std::string("GET / HTTP/1.1\r\nX: "),
                                  std::string("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                              "application/json\r\nContent-Length: 1048576\r\n\r\n")}) {
    const Raw raw(server.port());
    raw.send(head);
    raw.send(endless);
    CHECK(count(raw.rest(), "HTTP/1.1 2") == 0);
  }
  const std::string marks = [] {
    std::string text;
    for (int i = 0; i < 900; ++i) text += "\\u0301\\u0323";
    return text;
  }();
  CHECK(post(*server.client(), "/v1/completions", R"({"prompt": ")" + marks + R"(", "n": 16})").status == 400);
  CHECK(server.client()->Get("/health")->status == 200);
}

TEST_CASE("slow and vanished clients cost nobody else", "[server]") {
  const Running server;
  std::vector<std::unique_ptr<Raw>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<Raw>(server.port()));
    slow.back()->send(
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Le");
  }
  for (int i = 0; i < 20; ++i) {
    const Raw vanishes(server.port());
    const std::string body = R"({"prompt": "a sale", "n": 16, "stream": true})";
    vanishes.send(
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  const auto client = server.client();
  for (int i = 0; i < 10; ++i) CHECK(post(*client, "/v1/completions", R"({"prompt": "a sale"})").status == 200);
  const auto metrics = client->Get("/metrics");
  REQUIRE(metrics);
  CHECK_THAT(metrics->body, Catch::Contains("udrl_answers_waiting 0"));
}

TEST_CASE("a crowd that comes at once is let in", "[server]") {
  const Running server;
  std::vector<std::unique_ptr<Raw>> crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(std::make_unique<Raw>(server.port()));
  for (const auto& one : crowd) one->send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  int served = 0;
  for (const auto& one : crowd) served += count(one->rest(), "HTTP/1.1 200") == 1 ? 1 : 0;
  CHECK(served == 200);
}

TEST_CASE("the page comes under a policy that lets nothing else in", "[server]") {
  const Running server;
  for (const char* path : {"/", "/page.js", "/page.css"}) {
    const auto page = server.client()->Get(path);
    REQUIRE(page);
    CHECK(page->status == 200);
    CHECK_THAT(page->get_header_value("Content-Security-Policy"), Catch::Contains("default-src 'none'"));
  }
  const Json told = data::parse_json(server.client()->Get("/v1/student")->body);
  CHECK(told["tasks"][0]["words"]["usual"] == 18);
}

TEST_CASE("it ends at once, whoever is connected, and as soon as it began", "[server]") {
  for (int i = 0; i < 20; ++i) const Running ends_at_once;
  std::unique_ptr<Raw> idle, drips;
  {
    const Running server;
    idle = std::make_unique<Raw>(server.port());
    drips = std::make_unique<Raw>(server.port());
    idle->send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    drips->send("GET /health HTT");
    CHECK(server.client()->Get("/health")->status == 200);
  }
  CHECK(drips->rest().empty());
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

TEST_CASE("a port that is taken is said", "[server]") {
  const Running server;
  auto student = inference::StudentModel::open(student_folder());
  ServeOptions options;
  options.port = server.port();
  options.name = "tiny";
  Observer quiet;
  CHECK_THROWS_WITH(serve::serve({student, nullptr}, options, quiet, [](const std::string&) {}),
                    Catch::Contains("cannot listen"));
}

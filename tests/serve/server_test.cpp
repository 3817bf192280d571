// A server with a tiny student among clients that are slow, vanished or hostile, and how it begins and ends. Not for:
// what it answers (server_answers_test.cpp).
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "running_server.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/serve/serve.hpp"

using namespace udrl;
using namespace udrl::serve;
using namespace udrl::serve::testing;
using data::Json;

namespace {

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
  CHECK(status(R"({"prompt": "a", "n": 4})") == 400);
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
  std::vector<std::unique_ptr<Raw>> more_than_may;
  {
    ServeOptions options;
    options.clients = 2;
    const Running full(options);
    for (int i = 0; i < 4; ++i) more_than_may.push_back(std::make_unique<Raw>(full.port()));
  }
  for (const auto& one : more_than_may) CHECK(one->rest().empty());
}

TEST_CASE("a request may ask for no more answers than may wait", "[server]") {
  ServeOptions options;
  options.waiting = 4;
  const Running server(options);
  const auto refused = post(*server.client(), "/v1/completions", R"({"prompt": "a sale", "n": 5})");
  CHECK(refused.status == 400);
  CHECK_THAT(refused.json["error"]["message"].get<std::string>(), Catch::Contains("4"));
  CHECK(post(*server.client(), "/v1/completions", R"({"prompt": "a sale", "n": 4})").status == 200);
  // Who asks while others wait may be told to come again, and nothing else.
  std::atomic<int> told_to_come_again = 0, others = 0;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 8; ++i)
    crowd.emplace_back([&] {
      const auto client = server.client();
      for (int times = 0; times < 200 && told_to_come_again == 0; ++times) {
        const auto got = client->Post("/v1/completions", R"({"prompt": "a sale", "n": 4})", "application/json");
        told_to_come_again += got && got->status == 503 ? 1 : 0;
        others += got && (got->status == 503 || got->status == 200) ? 0 : 1;
      }
    });
  for (std::thread& one : crowd) one.join();
  CHECK(told_to_come_again > 0);
  CHECK(others == 0);
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

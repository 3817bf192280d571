// How fast a server answers that runs already, on this machine: for scripts/bench/serving.sh.
//
//     UDRL_BENCH_URL=http://127.0.0.1:8080 build/release/tests/serve/test_serve "[.bench]"
//
// UDRL_BENCH_REQUESTS: of many clients, default 1,000. Prints a line a figure.
#include <arpa/inet.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace {

using Clock = std::chrono::steady_clock;
constexpr int clients = 64;
constexpr const char* json_type = "application/json";
constexpr const char* one_answer =
    R"({"prompt": "holiday sale for dogs", "task": "image", "words": 20, "max_tokens": 200})";

std::string url() {
  const char* named = std::getenv("UDRL_BENCH_URL");
  return named == nullptr ? "" : named;
}

int port() { return std::stoi(url().substr(url().rfind(':') + 1)); }

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Of a sorted sample.
double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

double print(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const double p95 = quantile(times, 0.95);
  std::printf("%s: p50 %.2f p95 %.2f ms\n", what, quantile(times, 0.5), p95);
  return p95;
}

double timed(httplib::Client& client, const char* path, const std::string& body) {
  const auto start = Clock::now();
  const auto reply = client.Post(path, body, json_type);
  REQUIRE(reply);
  REQUIRE(reply->status == 200);
  return ms_since(start);
}

/// Asks for many answers, and is gone before the first word.
void vanish() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const std::string body = R"({"prompt": "holiday sale", "task": "image", "n": 4, "stream": true})";
  const std::string request =
      "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  (void)!::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
  ::close(socket);
}

std::vector<double> typed(const std::string& tasks, int next_words) {
  httplib::Client client("127.0.0.1", port());
  client.set_tcp_nodelay(true);
  client.set_keep_alive(true);
  std::vector<double> times;
  for (const std::string text :
       {"holiday sale for dogs in winter", "chess club flyer", "yoga studio opening in spring"})
    for (int round = 0; round < 4; ++round)
      for (std::size_t length = 1; length <= text.size(); ++length)
        times.push_back(timed(client, "/v1/typeahead",
                              R"({"client": "bench", "nearest": true, "intent": ")" + text.substr(0, length) +
                                  R"(", "tasks": [)" + tasks + R"(], "next_words": )" + std::to_string(next_words) +
                                  "}"));
  return times;
}

}  // namespace

TEST_CASE("keystrokes", "[.bench]") {
  if (url().empty()) return;
  print("keystroke, next five words of one task", typed(R"("image")", 5));
  print("keystroke, a whole answer", typed(R"("image")", 0));
}

TEST_CASE("a pause", "[.bench]") {
  if (url().empty()) return;
  httplib::Client client("127.0.0.1", port());
  client.set_tcp_nodelay(true);
  client.set_keep_alive(true);
  const auto facts = client.Get("/v1/student");
  REQUIRE(facts);
  if (facts->body.find(R"("best_of":32)") == std::string::npos) return;  // it has no critic, or may not write so many
  std::vector<double> times;
  for (int round = 0; round < 3; ++round)
    for (const char* intent : {"holiday sale for dogs", "chess club flyer", "yoga studio opening", "used bicycles",
                               "watercolor lighthouse", "vegan bakery menu", "spring hiking tour"})
      times.push_back(timed(client, "/v1/typeahead",
                            R"({"client": "bench", "nearest": true, "tasks": ["image"], "best_of": 32, "intent": ")" +
                                std::string(intent) + "\"}"));
  print("a pause, best of 32 drafts of one task", times);
}

TEST_CASE("one client, and many", "[.bench]") {
  if (url().empty()) return;
  const char* asked = std::getenv("UDRL_BENCH_REQUESTS");
  const int requests = asked == nullptr ? 1000 : std::atoi(asked);
  httplib::Client alone("127.0.0.1", port());
  alone.set_tcp_nodelay(true);
  alone.set_keep_alive(true);
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) times.push_back(timed(alone, "/v1/completions", one_answer));
  const double p95_alone = print("one client", times);

  std::atomic<int> left = requests, answered = 0, vanished = 0;
  std::mutex lock;
  std::vector<double> together;
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i)
    threads.emplace_back([&] {
      httplib::Client client("127.0.0.1", port());
      client.set_tcp_nodelay(true);
      client.set_keep_alive(true);
      client.set_read_timeout(120);
      for (int number = left--; number > 0; number = left--) {
        if (number % 10 == 0) {
          vanish();
          ++vanished;
          continue;
        }
        const auto begin = Clock::now();
        const auto reply = client.Post("/v1/completions", one_answer, json_type);
        const double taken = ms_since(begin);
        answered += reply && reply->status == 200 ? 1 : 0;
        const std::scoped_lock guard(lock);
        if (!reply || reply->status != 200)
          std::printf("not answered: %s\n", reply ? reply->body.c_str() : httplib::to_string(reply.error()).c_str());
        together.push_back(taken);
      }
    });
  for (auto& thread : threads) thread.join();
  const double seconds = ms_since(start) / 1000;
  const double p95 = print("64 clients", together);
  std::printf("64 clients: %d of %d answered, %d vanished, %.1f answers/s\n", answered.load(), requests - vanished,
              vanished.load(), answered / seconds);
  std::printf("64 clients: p95 %.2f times that of one\n", p95 / p95_alone);
  CHECK(answered == requests - vanished);
}

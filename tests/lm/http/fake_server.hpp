// An HTTP server on 127.0.0.1 that answers as a test says. Not for: anything but tests.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

struct FakeReply {
  int status = 200;
  std::string body;
  std::string headers;   ///< further lines, each ending in \r\n
  bool hang_up = false;  ///< closes the connection without an answer
};

class FakeServer {
 public:
  /// `answer` is called from several threads, with path, the header lines and the body.
  using Answer = std::function<FakeReply(const std::string& path, const std::string& headers, const std::string& body)>;
  explicit FakeServer(Answer answer);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }

 private:
  void accept_all();
  void serve(int connection);

  Answer answer_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

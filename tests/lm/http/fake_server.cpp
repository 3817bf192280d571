// A server for tests: one thread a connection, one request a connection. Not for: anything but tests.
#include "fake_server.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

FakeServer::FakeServer(Answer answer) : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("no port on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

FakeServer::~FakeServer() {
  ending_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

void FakeServer::accept_all() {
  while (!ending_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, 20) <= 0) continue;
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection >= 0) threads_.emplace_back([this, connection] { serve(connection); });
  }
}

void FakeServer::serve(int connection) {
  std::string data;
  std::size_t head = std::string::npos;
  std::size_t wanted = 0;
  char buffer[4096];
  while (head == std::string::npos || data.size() < wanted) {
    const auto got = recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    data.append(buffer, static_cast<std::size_t>(got));
    head = data.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    const std::size_t length = data.find("Content-Length: ");
    wanted = head + 4 + (length < head ? std::stoul(data.substr(length + 16)) : 0);
  }
  if (head != std::string::npos) {
    const std::string path = data.substr(data.find(' ') + 1, data.find(' ', data.find(' ') + 1) - data.find(' ') - 1);
    const FakeReply reply = answer_(path, data.substr(0, head), data.substr(head + 4));
    const std::string out = "HTTP/1.1 " + std::to_string(reply.status) + " x\r\nConnection: close\r\n" + reply.headers +
                            "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
    if (!reply.hang_up) send(connection, out.data(), out.size(), MSG_NOSIGNAL);
  }
  close(connection);
}

// poll, recv and send, each until a time.
#include "connection.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace udrl::serve {
namespace {

constexpr std::size_t buffer_bytes = 16384;
constexpr std::size_t most_lingering_bytes = std::size_t{1} << 20U;
constexpr std::chrono::seconds longest_linger{1};

template <class GetName>
void name_of(socket_t socket, GetName get, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (get(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    port = ntohs(v4->sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    port = ntohs(v6->sin6_port);
  }
  ip = text;
}

}  // namespace

bool Connection::wait(short events, Clock::time_point until) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{socket_, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min<decltype(left)>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool Connection::wait_for_request() {
  if (at_ == buffer_.size() && !wait(POLLIN, Clock::now() + limits_.idle)) return false;
  taken_ = 0;
  said_error_ = false;
  read_until_ = Clock::now() + limits_.request;
  write_left_ = limits_.reply;
  return at_ < buffer_.size() || fill();
}

bool Connection::fill() {
  buffer_.resize(buffer_bytes);
  at_ = 0;
  ssize_t got = -1;
  while (wait(POLLIN, read_until_) && (got = ::recv(socket_, buffer_.data(), buffer_.size(), 0)) < 0 && errno == EINTR)
    ;
  buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got > 0;
}

bool Connection::is_here() const {
  char byte = 0;
  const ssize_t got = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

bool Connection::is_readable() const { return at_ < buffer_.size() || wait(POLLIN, read_until_); }
bool Connection::is_writable() const {
  const auto begin = Clock::now();
  const bool is_ready = wait(POLLOUT, begin + write_left_);
  write_left_ -= Clock::now() - begin;
  return is_ready;
}

ssize_t Connection::read(char* to, std::size_t size) {
  if (taken_ >= limits_.request_bytes || (at_ == buffer_.size() && !fill())) return -1;
  const std::size_t some = std::min({size, buffer_.size() - at_, limits_.request_bytes - taken_});
  std::copy_n(buffer_.data() + at_, some, to);
  at_ += some;
  taken_ += some;
  return static_cast<ssize_t>(some);
}

ssize_t Connection::write(const char* from, std::size_t size) {
  constexpr std::string_view status_line = "HTTP/1.1 ";
  const std::string_view text(from, size);
  if (text.starts_with(status_line) && size > status_line.size()) said_error_ = text[status_line.size()] >= '4';
  while (is_writable()) {
    const ssize_t sent = ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) break;
  }
  return -1;
}

void Connection::linger() {
  ::shutdown(socket_, SHUT_WR);
  const auto until = Clock::now() + longest_linger;
  std::string unread(buffer_bytes, '\0');
  for (std::size_t total = 0; total < most_lingering_bytes && wait(POLLIN, until);) {
    const ssize_t got = ::recv(socket_, unread.data(), unread.size(), MSG_DONTWAIT);
    if (got <= 0) return;
    total += static_cast<std::size_t>(got);
  }
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const { name_of(socket_, ::getpeername, ip, port); }
void Connection::get_local_ip_and_port(std::string& ip, int& port) const { name_of(socket_, ::getsockname, ip, port); }

}  // namespace udrl::serve

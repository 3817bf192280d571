// The loop, and a connection's way through it.
#include "server.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "log.hpp"
#include "requests.hpp"

namespace udrl::stub {
namespace {

constexpr std::size_t read_bytes = 64UL << 10U;

void forget_request(std::string& in, std::size_t size) {
  in.erase(0, size);
  if (in.empty() && in.capacity() > most_header * 4) in.shrink_to_fit();
}

void reset_at_close(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

Server::Server(const Options& options)
    : options_(options), endpoint_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(read_bytes) {
  open_listener();
  watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
}

Server::~Server() {
  ::close(listener_);
  ::close(epoll_);
}

void Server::run(const sigset_t& while_waiting, const volatile std::sig_atomic_t& ending) {
  std::array<epoll_event, 256> events{};
  while (ending == 0) {
    const int count = ::epoll_pwait(epoll_, events.data(), events.size(), wait_ms(), &while_waiting);
    for (int i = 0; i < count; ++i) take_event(events[static_cast<std::size_t>(i)]);
    fire_due();
    endpoint_.tick(Clock::now());
  }
}

void Server::open_listener() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 4096) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    refuse("no port on 127.0.0.1: " + std::string(std::strerror(errno)));
  port_ = ntohs(address.sin_port);
}

void Server::watch(int fd, std::uint32_t what, int operation) const {
  epoll_event event{};
  event.events = what;
  event.data.fd = fd;
  ::epoll_ctl(epoll_, operation, fd, &event);
}

int Server::wait_ms() const {
  if (timers_.empty()) return static_cast<int>(log_every.count());
  const auto left = std::chrono::ceil<milliseconds>(timers_.top().due - Clock::now());
  return static_cast<int>(std::clamp(left, milliseconds(0), log_every).count());
}

void Server::take_event(const epoll_event& event) {
  const int fd = event.data.fd;
  if (fd == listener_) return accept_all();
  Connection* connection = at(fd);
  if (connection == nullptr) return;
  if ((event.events & EPOLLOUT) != 0 && connection->busy && !send_some(*connection)) return;
  if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !read_some(*connection)) return;
  serve(*connection);
}

void Server::accept_all() {
  for (int fd = 0; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const auto place = static_cast<std::size_t>(fd);
    if (connections_.size() <= place) connections_.resize(place + 1);
    connections_[place] = std::make_unique<Connection>(Connection{fd, ++last_serial_});
    watch(fd, EPOLLIN, EPOLL_CTL_ADD);
  }
}

Connection* Server::at(int fd) const {
  const auto place = static_cast<std::size_t>(fd);
  return place < connections_.size() ? connections_[place].get() : nullptr;
}

bool Server::read_some(Connection& connection) {
  const ssize_t count = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (count <= 0 || connection.in.size() > most_header + most_file) return drop(connection);
  connection.in.append(buffer_.data(), static_cast<std::size_t>(count));
  return true;
}

/// Answers what has come whole.
void Server::serve(Connection& connection) {
  while (!connection.busy && !connection.in.empty()) {
    const Parsed parsed = parse(connection.in);
    if (parsed.wants_continue) ::send(connection.fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
    if (!parsed.request && parsed.refused == 0) return;
    connection.close = !parsed.request || parsed.request->close;
    Reply reply = parsed.request ? endpoint_.respond(*parsed.request) : refusal(parsed.refused, "refused");
    forget_request(connection.in, parsed.request ? parsed.request->size : connection.in.size());
    if (!begin(connection, std::move(reply))) return;
  }
}

bool Server::begin(Connection& connection, Reply reply) {
  connection.reply = std::move(reply);
  connection.busy = true;
  connection.pieces = 0;
  connection.sent = 0;
  if (connection.reply.counts) endpoint_.books().begins();
  const bool is_late = !connection.reply.at_once && options_.delay.count() > 0;
  if (!is_late) return send_next_piece(connection);
  timers_.push({Clock::now() + options_.delay, connection.fd, connection.serial});
  return true;
}

bool Server::send_next_piece(Connection& connection) {
  ++connection.pieces;
  if (connection.pieces < connection.reply.pieces)
    timers_.push({Clock::now() + options_.slow / connection.reply.pieces, connection.fd, connection.serial});
  return send_some(connection);
}

bool Server::send_some(Connection& connection) {
  const Reply& reply = connection.reply;
  const std::size_t may = reply.bytes.size() * static_cast<std::size_t>(connection.pieces) /
                          static_cast<std::size_t>(std::max(1, reply.pieces));
  while (connection.sent < may) {
    const ssize_t count =
        ::send(connection.fd, reply.bytes.data() + connection.sent, may - connection.sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return wait_to_write(connection, true);
    if (count < 0) return drop(connection);
    connection.sent += static_cast<std::size_t>(count);
  }
  wait_to_write(connection, false);
  return connection.pieces < reply.pieces || finish(connection);
}

bool Server::wait_to_write(Connection& connection, bool waits) const {
  if (connection.waits_to_write != waits) watch(connection.fd, waits ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
  connection.waits_to_write = waits;
  return true;
}

bool Server::finish(Connection& connection) {
  const Reply& reply = connection.reply;
  if (reply.bill) endpoint_.books().answered(*reply.bill);
  if (reply.counts) endpoint_.books().ends();
  connection.busy = false;
  if (reply.reset) reset_at_close(connection.fd);
  if (reply.hang_up || connection.close) return drop(connection);
  connection.reply = {};
  return true;
}

bool Server::drop(Connection& connection) {
  if (connection.busy && connection.reply.counts) {
    endpoint_.books().ends();
    ++endpoint_.books().counts.abandoned;
  }
  ::close(connection.fd);
  connections_[static_cast<std::size_t>(connection.fd)].reset();
  return false;
}

void Server::fire_due() {
  const auto now = Clock::now();
  while (!timers_.empty() && timers_.top().due <= now) {
    const Timer timer = timers_.top();
    timers_.pop();
    Connection* connection = at(timer.fd);
    if (connection == nullptr || connection->serial != timer.serial) continue;
    if (send_next_piece(*connection)) serve(*connection);
  }
}

}  // namespace udrl::stub

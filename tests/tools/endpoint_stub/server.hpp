// Connections on 127.0.0.1, one thread, epoll: what has come is answered, now or when it is due. Not for: what is
// answered (endpoint.hpp).
#pragma once

#include <sys/epoll.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "clock.hpp"
#include "endpoint.hpp"
#include "options.hpp"
#include "replies.hpp"

namespace udrl::stub {

struct Connection {
  int fd;
  std::uint64_t serial;  ///< a descriptor's number is used again
  std::string in{};
  Reply reply{};
  bool busy = false;  ///< with `reply`
  bool close = false;
  bool waits_to_write = false;
  int pieces = 0;  ///< that may be sent by now
  std::size_t sent = 0;
};

struct Timer {
  Clock::time_point due;
  int fd;
  std::uint64_t serial;
  bool operator>(const Timer& other) const { return due > other.due; }
};

class Server {
 public:
  explicit Server(const Options& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }

  /// Until a signal has set `ending`. Signals arrive only while it waits.
  void run(const sigset_t& while_waiting, const volatile std::sig_atomic_t& ending);

 private:
  void open_listener();
  void watch(int fd, std::uint32_t what, int operation) const;
  int wait_ms() const;
  void take_event(const epoll_event& event);
  void accept_all();
  Connection* at(int fd) const;

  // False where the connection is gone.
  bool read_some(Connection& connection);
  bool begin(Connection& connection, Reply reply);
  bool send_next_piece(Connection& connection);
  bool send_some(Connection& connection);
  bool wait_to_write(Connection& connection, bool waits) const;
  bool finish(Connection& connection);
  bool drop(Connection& connection);

  void serve(Connection& connection);
  void fire_due();

  const Options& options_;
  Endpoint endpoint_;
  int epoll_;
  int listener_ = -1;
  int port_ = 0;
  std::uint64_t last_serial_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;  ///< by descriptor
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::vector<char> buffer_;
};

}  // namespace udrl::stub

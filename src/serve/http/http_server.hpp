// cpp-httplib's server, with a thread a connection up to a limit, limits on each (connection.hpp), and an end that
// waits for nobody. Its own loop lets a slow client, one that throws, and one that never leaves hold up others. Not
// for: routes.
#pragma once

#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "connection.hpp"

namespace udrl::serve {

class HttpServer final : public httplib::Server {
 public:
  HttpServer(const ConnectionLimits& limits, std::size_t most_connections);

  /// Listens until `stop`; an address that is not free is an `Error` (user). Returns the port: `port`, or of 0 any that
  /// is free.
  int listen_on(const std::string& host, int port);

  std::size_t connections() const { return open_; }
  /// Whether the client whose request this thread serves is still there.
  static bool client_is_here();

 private:
  friend class ConnectionThreads;

  bool process_and_close_socket(socket_t socket) override;
  void serve(Connection& connection);
  void shut(int how);

  const ConnectionLimits limits_;
  const std::size_t most_connections_;
  socket_t listening_ = INVALID_SOCKET;
  std::atomic<std::size_t> open_ = 0;
  std::mutex mutex_;
  std::set<socket_t> sockets_;  ///< of the connections
};

/// Runs a server in a thread of its own, and ends it.
class Listening {
 public:
  /// Returns once clients are let in. `failed` is called where it ends by itself.
  Listening(HttpServer& server, std::function<void()> failed);
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  HttpServer& server_;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<bool> has_ended_ = false;
  std::thread thread_;
};

}  // namespace udrl::serve

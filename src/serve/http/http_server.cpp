// A loop over the requests of a connection, and who is connected.
#include "http_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "udrl/base/error.hpp"

namespace udrl::serve {
namespace {

constexpr int most_requests = 100'000;  // of a connection
constexpr std::chrono::seconds to_finish{1};
constexpr std::chrono::milliseconds end_is_seen_within{50};

thread_local const Connection* current = nullptr;

}  // namespace

/// A pool of few threads would let slow clients hold up all others.
class ConnectionThreads final : public httplib::TaskQueue {
 public:
  explicit ConnectionThreads(HttpServer& server) : server_(server) {}

  /// Waits where there are too many: the system keeps further connections until one ends, or the server does.
  void enqueue(std::function<void()> serve) override {
    std::unique_lock lock(mutex_);
    const auto has_room = [this] { return server_.open_ < server_.most_connections_; };
    while (!changed_.wait_for(lock, end_is_seen_within, has_room) && server_.svr_sock_ != INVALID_SOCKET)
      ;
    ++server_.open_;
    const auto run = [this, serve = std::move(serve)] {
      serve();
      const std::scoped_lock ended(mutex_);
      --server_.open_;
      changed_.notify_all();
    };
    try {
      std::thread(run).detach();
    } catch (const std::system_error&) {  // no thread is to be had
      lock.unlock();
      run();
    }
  }
  void shutdown() override {
    std::unique_lock lock(mutex_);
    const auto all_ended = [this] { return server_.open_ == 0; };
    server_.shut(SHUT_RD);  // who waits for a request sees its end
    if (changed_.wait_for(lock, to_finish, all_ended)) return;
    server_.shut(SHUT_RDWR);
    changed_.wait(lock, all_ended);
  }

 private:
  HttpServer& server_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

HttpServer::HttpServer(const ConnectionLimits& limits, std::size_t most_connections)
    : limits_(limits), most_connections_(most_connections) {
  new_task_queue = [this] { return new ConnectionThreads(*this); };  // the base deletes it
  set_keep_alive_max_count(most_requests);
  set_keep_alive_timeout(limits_.idle.count());
  set_tcp_nodelay(true);
  set_socket_options([this](socket_t socket) {
    // By default a second server could listen on the same port, and take half of the clients.
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    listening_ = socket;
  });
}

int HttpServer::listen_on(const std::string& host, int port) {
  const int bound = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
  if (bound <= 0)
    throw user_error("cannot listen on this address")
        .at(host + ":" + std::to_string(port))
        .hint("another program may listen there: choose another --port (0: any that is free), or another --host");
  (void)::listen(listening_, SOMAXCONN);  // again: the base lets five wait, and the system resets the others
  return bound;
}

bool HttpServer::client_is_here() { return current == nullptr || current->is_here(); }

void HttpServer::serve(Connection& connection) {
  for (int i = 1; i <= most_requests && svr_sock_ != INVALID_SOCKET && connection.wait_for_request(); ++i) {
    bool is_over = false;
    // A range of an answer is no answer.
    const auto set_up = [](httplib::Request& request) { request.ranges.clear(); };
    if (!process_request(connection, i == most_requests, is_over, set_up) || is_over || connection.said_error()) return;
  }
}

bool HttpServer::process_and_close_socket(socket_t socket) {
  {
    const std::scoped_lock lock(mutex_);
    sockets_.insert(socket);
  }
  Connection connection(socket, limits_);
  current = &connection;
  try {
    serve(connection);
  } catch (const std::exception&) {  // this connection's alone
  }
  current = nullptr;
  if (connection.said_error()) connection.linger();
  const std::scoped_lock lock(mutex_);
  sockets_.erase(socket);
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
  return true;
}

void HttpServer::shut(int how) {
  const std::scoped_lock lock(mutex_);
  for (const socket_t socket : sockets_) ::shutdown(socket, how);
}

Listening::Listening(HttpServer& server, std::function<void()> failed)
    : server_(server), thread_([this, failed = std::move(failed)] {
        (void)server_.listen_after_bind();
        has_ended_ = true;
        if (!is_stopping_) failed();
      }) {
  while (!server_.is_running() && !has_ended_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

Listening::~Listening() {
  is_stopping_ = true;
  server_.stop();
  thread_.join();
}

}  // namespace udrl::serve

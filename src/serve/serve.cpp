// A server's life: listening, answering, stopping.
#include "udrl/serve/serve.hpp"

#include <cstdlib>
#include <future>
#include <memory>
#include <utility>

#include "desk.hpp"
#include "guard.hpp"
#include "routes.hpp"
#include "threads.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::serve {
namespace {

constexpr int kibi = 1024;
constexpr int read_timeout_s = 5, write_timeout_s = 5, keep_alive_s = 5;
constexpr std::size_t requests_a_connection = 100'000;

std::string key_of(const ServeOptions& options) {
  if (options.api_key_env.empty()) return {};
  const char* key = std::getenv(options.api_key_env.c_str());
  if (key == nullptr || *key == '\0')
    throw user_error("the environment variable that should hold the key is not set")
        .at("--api-key-env")
        .hint("export the key as a variable, and give --api-key-env the variable's name");
  return key;
}

/// `socket` becomes the one that listens.
void set_limits(httplib::Server& server, const ServeOptions& options, std::atomic<std::size_t>& open, int& socket) {
  server.new_task_queue = [&open, most = static_cast<std::size_t>(options.clients)] {
    return new Connections(most, open);  // the server deletes it
  };
  server.set_read_timeout(read_timeout_s);
  server.set_write_timeout(write_timeout_s);
  server.set_keep_alive_timeout(keep_alive_s);
  server.set_keep_alive_max_count(requests_a_connection);
  server.set_payload_max_length(static_cast<std::size_t>(options.body_kib) * kibi);
  server.set_tcp_nodelay(true);
  // Its own default lets a second server listen on the same port, and take half of the clients.
  server.set_socket_options([&socket](socket_t made) {
    const int yes = 1;
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    socket = made;
  });
}

int bound_port(httplib::Server& server, const ServeOptions& options) {
  if (options.port == 0) {
    const int port = server.bind_to_any_port(options.host);
    if (port > 0) return port;
  } else if (server.bind_to_port(options.host, options.port)) {
    return options.port;
  }
  throw user_error("cannot listen on this address")
      .at(options.host + ":" + std::to_string(options.port))
      .hint("another program may listen there: choose another --port (0: any that is free), or another --host");
}

std::string url_of(const std::string& host, int port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

/// Runs the server's own thread, and ends it with the desk.
class Listening {
 public:
  explicit Listening(httplib::Server& server)
      : server_(server), thread_([this] { return server_.listen_after_bind(); }) {}
  ~Listening() {
    server_.stop();
    thread_.join();
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  httplib::Server& server_;
  std::thread thread_;
};

}  // namespace

void serve(const Served& served, const ServeOptions& options, Observer& observer,
           const std::function<void(const std::string&)>& listening) {
  if (!is_loopback(options.host) && options.api_key_env.empty())
    observer.note(Level::warning, "whoever reaches " + options.host +
                                      " may ask: name a key with --api-key-env, or put a proxy in front");
  const WishReader wishes(served.student.fitted(), options.name, options.task, options.most_answers);
  const Guard guard(key_of(options), options.allowed_origins, is_loopback(options.host));
  Desk desk(served.student.model(), static_cast<std::size_t>(options.waiting));
  Service service(served, desk);
  std::atomic<std::size_t> open = 0;
  service.warm_up(wishes.task(), options.slots);
  Routes routes(service, desk, wishes, guard, open);
  httplib::Server server;
  int socket = -1;
  set_limits(server, options, open, socket);
  routes.add_to(server);
  const std::string url = url_of(options.host, bound_port(server, options));
  (void)::listen(socket, SOMAXCONN);  // again: cpp-httplib lets five wait, and the system resets the others
  const Listening until_the_end(server);
  listening(url);
  desk.run();
  observer.note(Level::info, "stopped");
}

}  // namespace udrl::serve

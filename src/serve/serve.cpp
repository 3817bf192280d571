// A server's life: listening, answering, stopping.
#include "udrl/serve/serve.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string_view>

#include "desk/desk.hpp"
#include "http/guard.hpp"
#include "http/http_server.hpp"
#include "http/routes.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/loopback.hpp"
#include "udrl/base/process.hpp"

namespace udrl::serve {
namespace {

std::string key_of(const ServeOptions& options) {
  if (options.api_key_env.empty()) return {};
  const char* key = std::getenv(options.api_key_env.c_str());
  if (key == nullptr || *key == '\0')
    throw user_error("the environment variable that should hold the key is not set")
        .at("--api-key-env")
        .hint("export the key as a variable, and give --api-key-env the variable's name");
  // Values of headers are read as parts of addresses are, "%41" for "A": such a key would not be known again.
  if (std::string_view(key).find('%') != std::string_view::npos)
    throw user_error("a key with a percent sign cannot be checked").at(options.api_key_env).hint("choose another key");
  return key;
}

ConnectionLimits limits_of(const ServeOptions& options) {
  constexpr std::size_t head = std::size_t{32} << 10U;
  ConnectionLimits limits;
  limits.request_bytes = head + (static_cast<std::size_t>(options.body_kib) << 10U);
  return limits;
}

std::string url_of(const std::string& host, int port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

void serve(const Served& served, const ServeOptions& options, Observer& observer,
           const std::function<void(const std::string&)>& listening) {
  if (!is_loopback(options.host) && options.api_key_env.empty())
    observer.note(Level::warning, "whoever reaches " + options.host +
                                      " may ask: name a key with --api-key-env, or put a proxy in front");
  // A request of more than may wait would never be taken.
  const WishReader wishes(served.student.fitted(), options.name, options.task,
                          std::min(options.most_answers, options.waiting));
  const Guard guard({key_of(options), options.allowed_origins, options.allowed_hosts}, is_loopback(options.host));
  Desk desk(served.student.model(), static_cast<std::size_t>(options.waiting));
  Service service(served, desk);
  service.warm_up(wishes.task(), options.slots);
  Routes routes(service, desk, wishes, guard);
  HttpServer server(limits_of(options), static_cast<std::size_t>(options.clients));
  server.set_payload_max_length(static_cast<std::size_t>(options.body_kib) << 10U);
  routes.add_to(server);
  const std::string url = url_of(options.host, server.listen_on(options.host, options.port));
  std::atomic<bool> has_failed = false;
  const Listening until_the_end(server, [&] {
    has_failed = true;
    request_stop();
  });
  listening(url);
  desk.run();
  if (has_failed) throw failure("the server's socket failed: nobody can connect any more").hint("start it again");
  observer.note(Level::info, "stopped");
}

}  // namespace udrl::serve

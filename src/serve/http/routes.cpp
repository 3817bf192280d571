// Requests become wishes, and answers replies.
#include "routes.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "http/page.hpp"
#include "page/student_facts.hpp"
#include "replies/draws.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::serve {
namespace {

using data::OrderedJson;

constexpr const char* json_type = "application/json";

void say_error(httplib::Response& response, int status, const std::string& message) {
  response.status = status;
  response.set_content(error_reply(status, message), json_type);
}

/// Why no order was taken.
void say_not_taken(httplib::Response& response, Taken taken) {
  if (taken == Taken::is_closed) return say_error(response, 503, "the server is stopping");
  response.set_header("Retry-After", "1");
  say_error(response, 503, "too many answers wait already: try again in a second");
}

Caller caller_of(const httplib::Request& request) {
  const auto header = [&](const char* name) { return request.get_header_value(name); };
  return {request.method,
          request.path,
          header("Host"),
          header("Origin"),
          header("Authorization"),
          header("Content-Type"),
          header("Content-Length"),
          request.has_header("Transfer-Encoding") || request.has_header("Content-Encoding"),
          request.get_header_value_count("Host"),
          request.get_header_value_count("Content-Length")};
}

/// As `Routes` serves it; all others are one, so that a stranger cannot fill the metrics.
std::string route_of(const std::string& path) {
  static const std::vector<std::string> known{
      "/",          "/page.css",   "/page.js",      "/health",         "/metrics",
      "/v1/models", "/v1/student", "/v1/typeahead", "/v1/completions", "/v1/chat/completions"};
  return std::find(known.begin(), known.end(), path) != known.end() ? path : "other";
}

/// What goes wrong while something is answered, as a status and words.
std::pair<int, std::string> status_of(const std::exception& error) {
  if (const auto* own = dynamic_cast<const Error*>(&error))
    return {own->kind() == ErrorKind::user ? 400 : own->kind() == ErrorKind::stopped ? 503 : 500, message_of(*own)};
  if (const auto* json = dynamic_cast<const data::Json::exception*>(&error))
    return {400, message_of(data::wrong_json(*json))};
  return {500, error.what()};
}

template <class Handle>
httplib::Server::Handler guarded(Handle handle) {
  return [handle](const httplib::Request& request, httplib::Response& response) {
    try {
      handle(request, response);
    } catch (const std::exception& error) {
      const auto [status, message] = status_of(error);
      say_error(response, status, message);
    }
  };
}

/// What is thrown here would not become a reply.
std::string next_of(EventStream& events, bool& is_over) {
  try {
    const std::string text = events.next();
    is_over = events.is_over();
    return text;
  } catch (const std::exception& error) {
    is_over = true;
    const auto [status, message] = status_of(error);
    return event(error_reply(status, message)) + event("[DONE]");
  }
}

OrderedJson model_json(const std::string& id) {
  return {{"id", id}, {"object", "model"}, {"created", 0}, {"owned_by", "udrl"}};
}

}  // namespace

void Routes::complete(const httplib::Request& request, httplib::Response& response, Form form) {
  const data::Json body = data::parse_json(request.body);
  const Wish wish = form == Form::chat ? wishes_.chat(body) : wishes_.completion(body);
  if (wish.streams) return stream(completion_stream(service_, wish, form, counts()), response);
  Draws draws(service_, prepare_all(service_, wish.asks, wish.drawing), wish.drawing, {}, counts());
  if (const Taken taken = draws.order(); taken != Taken::yes) return say_not_taken(response, taken);
  if (!draws.finish(HttpServer::client_is_here)) return say_error(response, 499, "the client has left");
  if (draws.failed()) return say_not_taken(response, Taken::is_closed);
  response.set_content(whole_reply(new_envelope(form, wish), service_.student().fitted(), draws.best(), draws.usage()),
                       json_type);
}

void Routes::type_ahead(const httplib::Request& request, httplib::Response& response) {
  const TypeAhead wish = wishes_.type_ahead(data::parse_json(request.body));
  stream(type_ahead_stream(service_, wish, sessions_, counts()), response);
}

void Routes::stream(std::unique_ptr<EventStream> events, httplib::Response& response) {
  if (const Taken taken = events->order(); taken != Taken::yes) return say_not_taken(response, taken);
  const std::shared_ptr<EventStream> shared = std::move(events);
  response.set_header("Cache-Control", "no-store");
  response.set_chunked_content_provider("text/event-stream", [shared](std::size_t, httplib::DataSink& sink) {
    bool is_over = false;
    const std::string text = next_of(*shared, is_over);
    if (!HttpServer::client_is_here() || !sink.write(text.data(), text.size())) return false;
    if (is_over) sink.done();
    return true;
  });
}

std::string Routes::student_json() const {
  return data::json_line(student_facts(service_.student(), wishes_.name(), wishes_.task(),
                                       {service_.ranks(), service_.student().has_critic(), wishes_.most_answers()}));
}

std::vector<std::string> Routes::model_names() const {
  const command::Fitted& fitted = service_.student().fitted();
  std::vector<std::string> names{wishes_.name()};
  for (int i = 0; i < static_cast<int>(fitted.tasks.size()); ++i)
    if (fitted.supports_any(i)) names.push_back(wishes_.name() + ":" + fitted.tasks[static_cast<std::size_t>(i)].name);
  return names;
}

std::string Routes::models_json() const {
  OrderedJson models = OrderedJson::array();
  for (const std::string& name : model_names()) models.push_back(model_json(name));
  return data::json_line(OrderedJson{{"object", "list"}, {"data", std::move(models)}});
}

/// Before anything of a request but its head is read.
void Routes::guard(HttpServer& server) {
  server.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    const std::string origin = request.get_header_value("Origin");
    if (guard_.allows(origin)) {
      response.set_header("Access-Control-Allow-Origin", origin);
      response.set_header("Vary", "Origin");
    }
    const auto refusal = guard_.refuse(caller_of(request));
    if (!refusal) return httplib::Server::HandlerResponse::Unhandled;
    say_error(response, refusal->status, refusal->message);
    return httplib::Server::HandlerResponse::Handled;
  });
  server.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    response.set_header("Connection", "close");
    if (!response.body.empty()) return;
    const std::string message = response.status == 404   ? "there is nothing at " + request.path.substr(0, 100)
                                : response.status == 413 ? "the request is too large"
                                                         : "the request cannot be read";
    say_error(response, response.status, message);
  });
  server.set_logger([this](const httplib::Request& request, const httplib::Response& response) {
    metrics_.count_request(route_of(request.path), response.status);
  });
}

void Routes::add_gets(HttpServer& server) {
  const auto text = [](const char* type, auto make) {
    return guarded(
        [type, make](const httplib::Request&, httplib::Response& response) { response.set_content(make(), type); });
  };
  server.Get("/health", text(json_type, [] { return std::string(R"({"status":"ok"})"); }));
  server.Get("/metrics", text("text/plain; version=0.0.4", [this, &server] {
               return metrics_.text({server.connections(), desk_.waiting(), desk_.being_written()});
             }));
  server.Get("/v1/models", text(json_type, [this] { return models_json(); }));
  server.Get("/v1/models/(.+)", guarded([this](const auto& request, auto& response) {
               const std::string name = request.matches[1];
               const auto names = model_names();
               if (std::find(names.begin(), names.end(), name) == names.end())
                 return say_error(response, 404, "there is no such model");
               response.set_content(data::json_line(model_json(name)), json_type);
             }));
  server.Get("/v1/student", text(json_type, [this] { return student_json(); }));
}

void Routes::add_posts(HttpServer& server) {
  server.Post("/v1/completions",
              guarded([this](const auto& request, auto& response) { complete(request, response, Form::completion); }));
  server.Post("/v1/chat/completions",
              guarded([this](const auto& request, auto& response) { complete(request, response, Form::chat); }));
  server.Post("/v1/typeahead", guarded([this](const auto& request, auto& response) { type_ahead(request, response); }));
}

void Routes::add_to(HttpServer& server) {
  guard(server);
  add_page(server);
  add_gets(server);
  add_posts(server);
  // A page of another site asks first; a client library's own headers may be sent too.
  server.Options(".*", [this](const httplib::Request& request, httplib::Response& response) {
    response.status = 204;
    if (!guard_.allows(request.get_header_value("Origin"))) return;
    response.set_header("Access-Control-Allow-Methods", "GET, POST");
    response.set_header("Access-Control-Allow-Headers", request.get_header_value("Access-Control-Request-Headers"));
  });
}

}  // namespace udrl::serve

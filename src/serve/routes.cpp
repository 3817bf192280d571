// Requests become wishes, and answers replies.
#include "routes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "draws.hpp"
#include "page.hpp"
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

void say_busy(httplib::Response& response) {
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
          request.has_header("Content-Length"),
          request.has_header("Transfer-Encoding"),
          request.get_header_value_count("Host")};
}

/// Behind a request that is refused unread its body may follow, and must not be taken for another request: a reply
/// whose provider fails at its end closes the connection.
void say_error_and_close(httplib::Response& response, int status, const std::string& message) {
  response.status = status;
  response.set_content_provider(json_type, [text = error_reply(status, message)](std::size_t, httplib::DataSink& sink) {
    sink.write(text.data(), text.size());
    return false;
  });
}

/// As `Routes` serves it; all others are one, so that a stranger cannot fill the metrics.
std::string route_of(const std::string& path) {
  static const std::vector<std::string> known{
      "/",          "/page.css",   "/page.js",      "/health",         "/metrics",
      "/v1/models", "/v1/student", "/v1/typeahead", "/v1/completions", "/v1/chat/completions"};
  return std::find(known.begin(), known.end(), path) != known.end() ? path : "other";
}

/// [{"asked": 8, "got": 8.3}, …], as measured; null where it was not.
OrderedJson words_curve(const inference::StudentModel& student, const std::string& task) {
  const auto& certificate = student.certificate();
  const auto* curve = certificate ? certificate->curve("words", "words", task) : nullptr;
  if (curve == nullptr) return nullptr;
  OrderedJson points = OrderedJson::array();
  for (const auto& point : curve->points) points.push_back({{"asked", point.asked}, {"got", point.got.value}});
  return points;
}

/// The lengths that the data supports for some return; 0, 0 where it supports none.
std::pair<int, int> supported_words(const command::Fitted& fitted, int task) {
  int least = 0, most = 0;
  for (int words = 1; words <= command::max_words; ++words) {
    command::Command any = fitted.command(task, words, "any");
    if (!fitted.supports(any)) continue;
    if (least == 0) least = words;
    most = words;
  }
  return {least, most};
}

}  // namespace

httplib::Server::Handler Routes::guarded(const Handler& handle) {
  return [handle](const httplib::Request& request, httplib::Response& response) {
    try {
      handle(request, response);
    } catch (const Error& error) {
      say_error(response, error.kind() == ErrorKind::user ? 400 : 500, message_of(error));
    } catch (const std::exception& error) {
      say_error(response, 500, error.what());
    }
  };
}

void Routes::complete(const httplib::Request& request, httplib::Response& response, Form form) {
  const data::Json body = data::parse_json(request.body);
  const Wish wish = form == Form::chat ? wishes_.chat(body) : wishes_.completion(body);
  if (wish.streams) return stream(completion_stream(service_, wish, form, counts()), response);
  Draws draws(service_, wish.asks, wish.drawing, false, counts());
  if (!draws.order()) return say_busy(response);
  draws.finish();
  if (draws.failed()) return say_error(response, 503, "the server is stopping");
  response.set_content(whole_reply(new_envelope(form, wish), service_.student().fitted(), draws.best(), draws.usage()),
                       json_type);
}

void Routes::type_ahead(const httplib::Request& request, httplib::Response& response) {
  const TypeAhead wish = wishes_.type_ahead(data::parse_json(request.body));
  stream(type_ahead_stream(service_, wish, sessions_, counts()), response);
}

void Routes::stream(std::unique_ptr<EventStream> events, httplib::Response& response) {
  if (events == nullptr) return say_busy(response);
  const std::shared_ptr<EventStream> shared = std::move(events);
  response.set_header("Cache-Control", "no-store");
  response.set_chunked_content_provider("text/event-stream", [shared](std::size_t, httplib::DataSink& sink) {
    const std::string text = shared->next();
    if (!text.empty()) return sink.write(text.data(), text.size());
    sink.done();
    return true;
  });
}

std::string Routes::student_json() const {
  const auto& student = service_.student();
  const command::Fitted& fitted = student.fitted();
  OrderedJson tasks = OrderedJson::array();
  for (int i = 0; i < static_cast<int>(fitted.tasks.size()); ++i) {
    if (!fitted.supports_any(i)) continue;
    const auto [least, most] = supported_words(fitted, i);
    tasks.push_back({{"name", fitted.tasks[static_cast<std::size_t>(i)].name},
                     {"words", {{"usual", fitted.default_words(i)}, {"least", least}, {"most", most}}},
                     {"returns", {{"lowest", fitted.lowest_return(i)}, {"top", fitted.top_return(i)}}},
                     {"curve", words_curve(student, fitted.tasks[static_cast<std::size_t>(i)].name)}});
  }
  return data::json_line(OrderedJson{{"name", wishes_.name()},
                                     {"parameters", student.info().parameters},
                                     {"default_task", wishes_.task()},
                                     {"ranks", service_.ranks()},
                                     {"tasks", std::move(tasks)}});
}

std::string Routes::models_json() const {
  OrderedJson models = OrderedJson::array();
  const auto add = [&](const std::string& id) {
    models.push_back({{"id", id}, {"object", "model"}, {"created", 0}, {"owned_by", "udrl"}});
  };
  add(wishes_.name());
  for (const auto& task : service_.student().fitted().tasks) add(wishes_.name() + ":" + task.name);
  return data::json_line(OrderedJson{{"object", "list"}, {"data", std::move(models)}});
}

void Routes::add_to(httplib::Server& server) {
  server.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    const auto refusal = guard_.refuse(caller_of(request));
    const std::string origin = request.get_header_value("Origin");
    if (guard_.allows(origin)) {
      response.set_header("Access-Control-Allow-Origin", origin);
      response.set_header("Vary", "Origin");
    }
    if (!refusal) return httplib::Server::HandlerResponse::Unhandled;
    say_error_and_close(response, refusal->status, refusal->message);
    return httplib::Server::HandlerResponse::Handled;
  });
  server.set_logger([this](const httplib::Request& request, const httplib::Response& response) {
    metrics_.count_request(route_of(request.path), response.status);
  });
  server.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty() || response.content_provider_) return;
    const std::string message = response.status == 404   ? "there is nothing at " + request.path.substr(0, 100)
                                : response.status == 413 ? "the request is too large"
                                                         : "the request cannot be read";
    say_error(response, response.status, message);
  });
  add_page(server);
  const auto text = [](const char* type, std::function<std::string()> make) {
    return [type, make = std::move(make)](const httplib::Request&, httplib::Response& response) {
      response.set_content(make(), type);
    };
  };
  server.Get("/health", text(json_type, [] { return std::string(R"({"status":"ok"})"); }));
  server.Get("/metrics", text("text/plain; version=0.0.4", [this] {
               return metrics_.text({clients_, desk_.waiting(), desk_.being_written()});
             }));
  server.Get("/v1/models", text(json_type, [this] { return models_json(); }));
  server.Get("/v1/student", text(json_type, [this] { return student_json(); }));
  server.Options(".*", [](const httplib::Request&, httplib::Response& response) {
    response.set_header("Access-Control-Allow-Methods", "GET, POST");
    response.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type");
    response.status = 204;
  });
  server.Post("/v1/completions",
              guarded([this](const auto& request, auto& response) { complete(request, response, Form::completion); }));
  server.Post("/v1/chat/completions",
              guarded([this](const auto& request, auto& response) { complete(request, response, Form::chat); }));
  server.Post("/v1/typeahead", guarded([this](const auto& request, auto& response) { type_ahead(request, response); }));
}

}  // namespace udrl::serve

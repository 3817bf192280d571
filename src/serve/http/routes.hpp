// What each address answers. Not for: connections (http_server.hpp).
#pragma once

#include <memory>
#include <string>

#include "desk/service.hpp"
#include "http/guard.hpp"
#include "http/http_server.hpp"
#include "replies/metrics.hpp"
#include "replies/streams.hpp"
#include "wishes/wishes.hpp"

namespace udrl::serve {

class Routes {
 public:
  /// All must outlive it.
  Routes(Service& service, const Desk& desk, const WishReader& wishes, const Guard& guard)
      : service_(service), desk_(desk), wishes_(wishes), guard_(guard) {}

  void add_to(HttpServer& server);

 private:
  void guard(HttpServer& server);
  void add_gets(HttpServer& server);
  void add_posts(HttpServer& server);
  void complete(const httplib::Request& request, httplib::Response& response, Form form);
  void type_ahead(const httplib::Request& request, httplib::Response& response);
  void stream(std::unique_ptr<EventStream> events, httplib::Response& response);
  std::string student_json() const;
  std::vector<std::string> model_names() const;
  std::string models_json() const;
  CountAnswer counts() {
    return [this](const lm::Completion& completion) { metrics_.count_answer(completion); };
  }

  Service& service_;
  const Desk& desk_;
  const WishReader& wishes_;
  const Guard& guard_;
  Metrics metrics_;
  Sessions sessions_;
};

}  // namespace udrl::serve

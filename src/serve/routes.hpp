// What each address answers. Not for: connections (server.cpp).
#pragma once

#include <httplib.h>

#include <atomic>
#include <string>

#include "guard.hpp"
#include "metrics.hpp"
#include "service.hpp"
#include "streams.hpp"
#include "wishes.hpp"

namespace udrl::serve {

class Routes {
 public:
  /// All must outlive it.
  Routes(Service& service, const Desk& desk, const WishReader& wishes, const Guard& guard,
         const std::atomic<std::size_t>& clients)
      : service_(service), desk_(desk), wishes_(wishes), guard_(guard), clients_(clients) {}

  void add_to(httplib::Server& server);

 private:
  using Handler = std::function<void(const httplib::Request&, httplib::Response&)>;

  /// Errors become replies.
  httplib::Server::Handler guarded(const Handler& handle);
  void complete(const httplib::Request& request, httplib::Response& response, Form form);
  void type_ahead(const httplib::Request& request, httplib::Response& response);
  void stream(std::unique_ptr<EventStream> events, httplib::Response& response);
  std::string student_json() const;
  std::string models_json() const;
  CountAnswer counts() {
    return [this](const lm::Completion& completion) { metrics_.count_answer(completion); };
  }

  Service& service_;
  const Desk& desk_;
  const WishReader& wishes_;
  const Guard& guard_;
  const std::atomic<std::size_t>& clients_;
  Metrics metrics_;
  Sessions sessions_;
};

}  // namespace udrl::serve

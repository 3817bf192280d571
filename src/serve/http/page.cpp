// The page's files, and what a browser may do with them.
#include "page.hpp"

#include <string>
#include <utility>

#include "page_files.hpp"

namespace udrl::serve {
namespace {

httplib::Server::Handler file(std::string content, const char* type) {
  return [body = std::move(content), type](const httplib::Request&, httplib::Response& response) {
    response.set_header("Content-Security-Policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_header("Cache-Control", "no-cache");
    response.set_content(body, type);
  };
}

}  // namespace

void add_page(httplib::Server& server) {
  server.Get("/", file(page::html, "text/html; charset=utf-8"));
  server.Get("/page.css", file(page::css, "text/css; charset=utf-8"));
  server.Get("/page.js", file(page::js, "text/javascript; charset=utf-8"));
}

}  // namespace udrl::serve

// Who comes in: hosts, origins, keys, and headers that contradict each other.
#include "http/guard.hpp"

#include "catch.hpp"

using namespace udrl::serve;

namespace {

Caller caller() {
  Caller one;
  one.method = "POST";
  one.path = "/v1/completions";
  one.host = "localhost:8080";
  one.content_type = "application/json; charset=utf-8";
  one.content_length = "20";
  return one;
}

/// The status that is said; 0 where it comes in.
int said(const Guard& guard, const Caller& one) {
  const auto refusal = guard.refuse(one);
  return refusal ? refusal->status : 0;
}

}  // namespace

TEST_CASE("a client of this machine comes in, under any of its names") {
  const Guard guard({}, true);
  Caller one = caller();
  for (const char* host :
       {"localhost:8080", "localhost", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "LOCALHOST", ""}) {
    one.host = host;
    CHECK(said(guard, one) == 0);
  }
  for (const char* host : {"evil.example", "localhost.evil.example:8080", "10.0.0.1:8080", "[::2]:1",
                           "127.evil.example", "127.0.0.1.evil.example", "128.0.0.1"}) {
    INFO(host);
    one.host = host;
    CHECK(said(guard, one) == 403);
    CHECK(said(Guard({}, false), one) == 0);  // a server for others is called by names that it does not know
  }
}

TEST_CASE("a page comes in from here, or from where it is allowed") {
  const Guard guard({"", {"https://friend.example"}, {}}, true);
  Caller one = caller();
  one.origin = "http://localhost:8080";
  CHECK(said(guard, one) == 0);
  one.origin = "https://friend.example";
  CHECK(said(guard, one) == 0);
  CHECK(guard.allows(one.origin));
  for (const char* origin : {"https://evil.example", "http://localhost:9000", "null", "https://friend.example.evil"}) {
    INFO(origin);
    one.origin = origin;
    CHECK(said(guard, one) == 403);
    CHECK_FALSE(guard.allows(origin));
  }
}

TEST_CASE("a key is asked for, but not by the page and the health check") {
  const Guard guard({"a secret key", {}, {}}, true);
  Caller one = caller();
  CHECK(said(guard, one) == 401);
  for (const char* wrong : {"Bearer", "Bearer a secret ke", "Bearer a secret key ", "a secret key", "Basic YTpi"}) {
    one.authorization = wrong;
    CHECK(said(guard, one) == 401);
  }
  one.authorization = "Bearer a secret key";
  CHECK(said(guard, one) == 0);
  one = caller();
  one.method = "GET";
  one.lengths = 0;
  for (const char* open : {"/", "/page.js", "/page.css", "/health"}) {
    one.path = open;
    CHECK(said(guard, one) == 0);
  }
  for (const char* kept : {"/metrics", "/v1/models", "/v1/student", "//", "/x"}) {
    one.path = kept;
    CHECK(said(guard, one) == 401);
  }
}

TEST_CASE("a server is called by the names that it is told") {
  const Guard behind_a_proxy({"", {}, {"prompts.example.com"}}, true),
      for_others({"", {}, {"prompts.example.com"}}, false);
  Caller one = caller();
  one.host = "prompts.example.com";
  CHECK(said(behind_a_proxy, one) == 0);
  CHECK(said(for_others, one) == 0);
  one.origin = "https://prompts.example.com";
  CHECK(said(behind_a_proxy, one) == 0);
  one.origin = "https://evil.example";
  CHECK(said(behind_a_proxy, one) == 403);
  one = caller();
  CHECK(said(behind_a_proxy, one) == 0);
  one.host = "evil.example";
  CHECK(said(behind_a_proxy, one) == 403);
  CHECK(said(for_others, one) == 403);
}

TEST_CASE("what another reader may take for two requests is refused") {
  const Guard guard({}, true);
  Caller one = caller();
  one.has_encoding = true;
  CHECK(said(guard, one) == 411);
  one = caller();
  one.hosts = 2;
  CHECK(said(guard, one) == 400);
  one = caller();
  one.lengths = 2;
  CHECK(said(guard, one) == 400);
  for (const char* length : {"", "-1", "abc", "0x10", " 5", "5,5", "99999999999999999999"}) {
    one = caller();
    one.content_length = length;
    CHECK(said(guard, one) == 411);
  }
  for (const char* method : {"GET", "HEAD", "OPTIONS", "DELETE"}) {
    one = caller();
    one.method = method;
    CHECK(said(guard, one) == 400);  // a body that nobody reads would be taken for the next request
  }
}

TEST_CASE("a form of another site's page is no request") {
  const Guard guard({}, true);
  Caller one = caller();
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
    one.content_type = type;
    CHECK(said(guard, one) == 415);
  }
}

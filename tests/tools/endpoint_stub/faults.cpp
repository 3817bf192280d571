// Each kind of fault, in its ways.
#include "faults.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace udrl::stub {
namespace {

constexpr int slow_pieces = 6;

/// Before the first byte, within the header lines, or within the body.
Reply cut(std::string whole, std::uint64_t way) {
  Reply reply;
  const std::size_t header = whole.find("\r\n\r\n");
  const std::array<std::size_t, 3> places = {0, header / 2, header + 4 + (whole.size() - header) / 2};
  whole.resize(places[way % places.size()]);
  reply.bytes = std::move(whole);
  reply.hang_up = true;
  reply.reset = (way >> 8U) % 2 == 0;
  return reply;
}

/// Half of an answer, one with an escape that there is not, or with something behind it.
std::string malformed(const std::string& answer, std::uint64_t way) {
  if (way % 3 == 0) return answer.substr(0, answer.size() / 2);
  return way % 3 == 1 ? R"({"choices":[{"message":{"content":"\q"}}]})" : answer + "}";
}

/// JSON, but no completion. Without usage: what a provider bills for such a reply cannot be told.
std::string other_shape(std::uint64_t way) {
  static constexpr std::array<const char*, 7> shapes = {R"({"id":"chatcmpl-0","object":"chat.completion"})",
                                                        R"({"choices":[]})",
                                                        R"({"choices":[{"index":0,"finish_reason":"stop"}]})",
                                                        R"({"choices":"none"})",
                                                        R"({"choices":[null]})",
                                                        R"([{"message":{"content":"a list"}}])",
                                                        "null"};
  return shapes[way % shapes.size()];
}

std::string page(std::uint64_t way) {
  const std::string body = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>try later</body></html>";
  return http(way % 2 == 0 ? 502 : 200, body, "text/html; charset=utf-8");
}

Reply answered(const Answer& answer, int pieces) {
  Reply reply;
  reply.bytes = http(200, answer.body);
  reply.pieces = pieces;
  reply.bill = answer.bill;
  return reply;
}

}  // namespace

Reply reply_of(const Answer& answer, const Fate& fate) {
  switch (fate.fault) {
    case Fault::busy: return too_many(false);
    case Fault::busy_after: return too_many(true);
    case Fault::broken: return only(http(500, error_json("The server had an error", "server_error")));
    case Fault::unavailable: return only(http(503, error_json("The engine is overloaded", "overloaded")));
    case Fault::cut: return cut(http(200, answer.body), fate.way);
    case Fault::slow: return answered(answer, slow_pieces);
    case Fault::malformed: return only(http(200, malformed(answer.body, fate.way)));
    case Fault::schema: return only(http(200, other_shape(fate.way)));
    case Fault::html: return only(page(fate.way));
    case Fault::duplicate_id:
    case Fault::none: break;
  }
  return answered(answer, 1);
}

}  // namespace udrl::stub

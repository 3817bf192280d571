// HTTP/1.1 with a length, always: no chunks.
#include "replies.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace udrl::stub {
namespace {

const char* phrase(int status) {
  static const std::map<int, const char*> phrases = {{200, "OK"},
                                                     {400, "Bad Request"},
                                                     {404, "Not Found"},
                                                     {411, "Length Required"},
                                                     {413, "Content Too Large"},
                                                     {429, "Too Many Requests"},
                                                     {431, "Request Header Fields Too Large"},
                                                     {500, "Internal Server Error"},
                                                     {502, "Bad Gateway"},
                                                     {503, "Service Unavailable"}};
  const auto found = phrases.find(status);
  return found == phrases.end() ? "Unknown" : found->second;
}

}  // namespace

std::string http(int status, std::string_view body, const char* type, const char* more) {
  std::string bytes = "HTTP/1.1 " + std::to_string(status) + " " + phrase(status) + "\r\nContent-Type: " + type;
  bytes += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n";
  return bytes.append(body);
}

std::string error_json(const std::string& message, const std::string& code) {
  return nlohmann::json{{"error", {{"message", message}, {"type", code}, {"param", nullptr}, {"code", code}}}}.dump();
}

Reply only(std::string bytes) {
  Reply reply;
  reply.bytes = std::move(bytes);
  return reply;
}

Reply plain(int status, std::string_view body) {
  Reply reply;
  reply.bytes = http(status, body);
  reply.at_once = true;
  return reply;
}

Reply refusal(int status, const std::string& message) {
  return plain(status, error_json(message, "invalid_request_error"));
}

Reply too_many(bool with_time) {
  Reply reply;
  reply.bytes = http(429, error_json("Rate limit reached", "rate_limit_exceeded"), "application/json",
                     with_time ? "Retry-After: 1\r\n" : "");
  reply.at_once = true;
  return reply;
}

}  // namespace udrl::stub

// Searches in place: what it finds are views.
#include "requests.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

namespace udrl::stub {
namespace {

/// A header line's value as it stands there; "" where there is none.
std::string_view header_in(std::string_view head, std::string_view name) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  const std::string wanted = "\r\n" + std::string(name) + ":";
  const auto found = std::search(head.begin(), head.end(), wanted.begin(), wanted.end(), same);
  if (found == head.end()) return {};
  const std::string_view rest = head.substr(static_cast<std::size_t>(found - head.begin()) + wanted.size());
  const std::string_view line = rest.substr(0, rest.find("\r\n"));
  const std::size_t first = line.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

bool parse_first_line(std::string_view head, Incoming& request) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t first = line.find(' '), second = line.rfind(' ');
  if (first == std::string_view::npos || second <= first) return false;
  request.method = line.substr(0, first);
  request.path = line.substr(first + 1, second - first - 1);
  request.path = request.path.substr(0, request.path.find('?'));
  request.close = line.substr(second + 1) == "HTTP/1.0" || header_in(head, "connection") == "close";
  return line.substr(second + 1).starts_with("HTTP/1.");
}

}  // namespace

Parsed parse(std::string_view in) {
  Parsed parsed;
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string_view::npos || end > most_header) {
    parsed.refused = in.size() > most_header ? 431 : 0;
    return parsed;
  }
  Incoming request;
  request.head = in.substr(0, end);
  if (!parse_first_line(request.head, request)) return {{}, 400};
  const std::string_view length = header_in(request.head, "content-length");
  if (!header_in(request.head, "transfer-encoding").empty()) return {{}, 411};
  const std::size_t body = length.empty() ? 0 : std::strtoull(std::string(length).c_str(), nullptr, 10);
  if (body > (request.path == "/v1/files" ? most_file : most_body)) return {{}, 413};
  request.size = end + 4 + body;
  parsed.wants_continue = in.size() == end + 4 && header_in(request.head, "expect") == "100-continue";
  if (in.size() < request.size) return parsed;
  request.body = in.substr(end + 4, body);
  parsed.request = request;
  return parsed;
}

std::optional<std::string_view> uploaded_file(const Incoming& request) {
  const std::string_view type = header_in(request.head, "content-type");
  const std::size_t at = type.find("boundary=");
  if (at == std::string_view::npos) return std::nullopt;
  std::string boundary(type.substr(at + 9, type.find(';', at) - at - 9));
  std::erase(boundary, '"');
  const std::size_t name = request.body.find("name=\"file\"");
  const std::size_t begin = request.body.find("\r\n\r\n", name);
  const std::size_t end = request.body.find("\r\n--" + boundary, begin);
  if (name == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  return request.body.substr(begin + 4, end - begin - 4);
}

}  // namespace udrl::stub

// Markup builder.
#include "udrl/page/html.hpp"

#include <algorithm>
#include <array>

#include "udrl/base/shown.hpp"

namespace udrl::page {
namespace {

bool is_void(std::string_view name) {
  static constexpr std::array<std::string_view, 4> names = {"meta", "br", "hr", "col"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string start_tag(std::string_view name, const Attributes& attributes) {
  std::string out = "<";
  out.append(name);
  for (const auto& [key, value] : attributes)
    out.append(" ").append(key).append("=\"").append(escape_html(value)).append("\"");
  return out.append(">");
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7F;
        out += control ? "\xEF\xBF\xBD" : std::string(1, c);
      }
    }
  }
  return out;
}

// What nobody would see, or what turns the text behind it, is spelt out.
Html text(std::string_view text) { return Html(escape_html(shown(text))); }

Html trusted(std::string_view markup) { return Html(std::string(markup)); }

Html tag(std::string_view name, const Attributes& attributes, const std::vector<Html>& children) {
  std::string out = start_tag(name, attributes);
  if (is_void(name)) return trusted(out);
  out += join(children).markup();
  return trusted(out.append("</").append(name).append(">"));
}

Html tag(std::string_view name, const std::vector<Html>& children) { return tag(name, Attributes{}, children); }

Html tag(std::string_view name, const Attributes& attributes, std::string_view content) {
  return tag(name, attributes, std::vector<Html>{text(content)});
}

Html tag(std::string_view name, std::string_view content) { return tag(name, Attributes{}, content); }

Html join(const std::vector<Html>& parts) {
  Html out;
  for (const Html& part : parts) out.add(part);
  return out;
}

}  // namespace udrl::page

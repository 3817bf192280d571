// Parts of pages.
#include "udrl/page/parts.hpp"

#include "style.hpp"
#include "udrl/base/files.hpp"

namespace udrl::page {
namespace {

constexpr std::string_view plain_policy = "default-src 'none'; style-src 'unsafe-inline'";

Html head(const std::string& title, const std::string& policy, std::string_view more_style = {}) {
  return tag("head", {tag("meta", {{"charset", "utf-8"}}),
                      tag("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}),
                      tag("meta", {{"name", "color-scheme"}, {"content", "light dark"}}),
                      tag("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}}),
                      tag("title", title), tag("style", {trusted(style_sheet), trusted(more_style)})});
}

std::string whole(const Html& head, const Html& body) {
  return "<!doctype html>\n" + tag("html", {{"lang", "en"}}, {head, body}).markup() + "\n";
}

/// In a script element nothing is escaped, and "</script" would end it: JSON can write < otherwise.
std::string without_tags(const std::string& json) {
  std::string out;
  for (const char c : json)
    if (c == '<') out += "\\u003c";
    else out += c;
  return out;
}

}  // namespace

std::string document(const std::string& title, const Html& content) {
  return whole(head(title, std::string(plain_policy)), tag("body", {content}));
}

std::string working_document(const std::string& title, const Html& content, const Working& working) {
  // Whoever wrote the data knew no hash of all of it.
  const std::string nonce = sha256(working.json).substr(0, 32);
  const std::string policy =
      std::string(plain_policy) + "; script-src 'nonce-" + nonce + "'; base-uri 'none'; form-action 'none'";
  return whole(
      head(title, policy, working.style),
      tag("body", {content,
                   tag("script", {{"type", "application/json"}, {"id", "data"}}, {trusted(without_tags(working.json))}),
                   tag("script", {{"nonce", nonce}}, {trusted(working.script)})}));
}

Html heading(const std::string& title, const std::string& under) {
  return join({tag("h2", title), tag("p", {{"class", "under"}}, under)});
}

Html fact(const std::string& figure, const std::string& words) {
  return tag("div", {tag("b", figure), tag("span", words)});
}

Html figure(const std::string& title, const std::string& words, const Html& chart) {
  return tag("figure", {tag("h3", title), tag("p", words), chart});
}

Html data_table(const std::vector<std::string>& head, const std::vector<TableRow>& rows, const std::string& css_class) {
  std::vector<Html> titles, lines;
  for (const auto& title : head) titles.push_back(tag("th", {{"scope", "col"}}, title));
  for (const TableRow& row : rows) {
    std::vector<Html> cells;
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      cells.push_back(tag("td", {{"data-label", head[i]}}, {tag("div", {row.cells[i]})}));
    lines.push_back(tag("tr", {{"class", row.css_class}}, cells));
  }
  return tag("table", {{"class", css_class}}, {tag("thead", {tag("tr", titles)}), tag("tbody", lines)});
}

Html with_small(const std::string& value, const std::string& small) {
  if (small.empty()) return text(value);
  constexpr std::size_t longest_in_a_line = 32;  // an interval; more is prose
  return join({text(value), tag("small", {{"class", small.size() > longest_in_a_line ? "prose" : ""}}, small)});
}

}  // namespace udrl::page

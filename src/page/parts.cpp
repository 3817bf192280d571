// Parts of pages.
#include "udrl/page/parts.hpp"

#include "style.hpp"

namespace udrl::page {
namespace {

Html head(const std::string& title) {
  return tag("head", {tag("meta", {{"charset", "utf-8"}}),
                      tag("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}),
                      tag("meta", {{"name", "color-scheme"}, {"content", "light dark"}}),
                      tag("meta", {{"http-equiv", "Content-Security-Policy"},
                                   {"content", "default-src 'none'; style-src 'unsafe-inline'"}}),
                      tag("title", title), tag("style", {trusted(style_sheet)})});
}

}  // namespace

std::string document(const std::string& title, const Html& content) {
  return "<!doctype html>\n" + tag("html", {{"lang", "en"}}, {head(title), tag("body", {content})}).markup() + "\n";
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
  return small.empty() ? text(value) : join({text(value), tag("small", small)});
}

}  // namespace udrl::page

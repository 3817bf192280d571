// HTML and SVG as nested values. Text can enter only through `text` and attribute values, and both escape: what a model
// wrote cannot become markup. Not for: what a page says.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace udrl::page {

/// & < > " ' as entities; controls other than tab and line feed, and what is not UTF-8's business (NUL), as U+FFFD.
std::string escape_html(std::string_view text);

/// A finished piece of markup.
class Html {
 public:
  Html() = default;
  const std::string& markup() const { return markup_; }
  Html& add(const Html& more) {
    markup_ += more.markup_;
    return *this;
  }

 private:
  friend Html text(std::string_view);
  friend Html trusted(std::string_view);
  explicit Html(std::string markup) : markup_(std::move(markup)) {}
  std::string markup_;
};

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

Html text(std::string_view text);
/// Markup as it is: for constants of the program (a style sheet), never for what was read or generated.
Html trusted(std::string_view markup);
/// `<name a="b">children</name>`; void elements (meta, br, hr) take no end tag.
Html tag(std::string_view name, const Attributes& attributes, const std::vector<Html>& children = {});
Html tag(std::string_view name, const std::vector<Html>& children);
/// An element that holds text alone.
Html tag(std::string_view name, const Attributes& attributes, std::string_view content);
Html tag(std::string_view name, std::string_view content);
Html join(const std::vector<Html>& parts);

}  // namespace udrl::page

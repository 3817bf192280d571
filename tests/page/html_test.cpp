// Escaping: what a model wrote never becomes markup.
#include "udrl/page/html.hpp"

#include "catch.hpp"

using namespace udrl::page;

TEST_CASE("text is escaped") {
  CHECK(escape_html("<script>alert('x' & \"y\")</script>") ==
        "&lt;script&gt;alert(&#39;x&#39; &amp; &quot;y&quot;)&lt;/script&gt;");
}

TEST_CASE("controls become the replacement character") {
  CHECK(escape_html(std::string("a\0b\x1b[31m\x7f", 9)) ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD[31m\xEF\xBF\xBD");
  CHECK(escape_html("a\tb\nc") == "a\tb\nc");
}

TEST_CASE("an element escapes its text and its attributes") {
  CHECK(tag("p", {{"title", "\" onclick=\"x"}}, "a < b").markup() ==
        "<p title=\"&quot; onclick=&quot;x\">a &lt; b</p>");
}

TEST_CASE("elements nest, and void ones have no end tag") {
  CHECK(tag("div", {tag("br", {}, std::vector<Html>{}), text("&")}).markup() == "<div><br>&amp;</div>");
}

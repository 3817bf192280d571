#include "udrl/base/shown.hpp"

#include <iterator>
#include <sstream>

#include "catch.hpp"
#include "udrl/base/observer.hpp"

using udrl::shown;

TEST_CASE("what a terminal would obey is spelled out") {
  CHECK(shown("\x1b[31mred\x07") == "⟨U+001B⟩[31mred⟨U+0007⟩");
  CHECK(shown("a\rb\x7f") == "a⟨U+000D⟩b⟨U+007F⟩");
  CHECK(shown("\xC2\x9B"
              "31m") == "⟨U+009B⟩31m");
  CHECK(shown("sale\xE2\x80\xAEgnp.exe") == "sale⟨U+202E⟩gnp.exe");
  CHECK(shown("a\xE2\x81\xA6"
              "b\xEF\xBB\xBF") == "a⟨U+2066⟩b⟨U+FEFF⟩");
}

TEST_CASE("what people write is left alone") {
  for (const char* text : {"two\nlines\tand a tab", "café 東京 👩‍👩‍👧 ⟨gen⟩ — “quoted”", "",
                           "half \xE2\x80", "\xFF\xFE"})
    CHECK(shown(text) == text);
}

TEST_CASE("notes reach a terminal without escapes") {
  std::ostringstream out;
  udrl::TerminalOptions options;
  options.stream = &out;
  options.terminal_width = 0;
  udrl::make_terminal_observer(options)->note(udrl::Level::error, "the endpoint says: \x1b]0;mine\x07");
  CHECK(out.str().find('\x1b') == std::string::npos);
  CHECK(out.str().find("⟨U+001B⟩]0;mine") != std::string::npos);
}

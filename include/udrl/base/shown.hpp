// A text as a terminal may show it. Not for: files, which hold texts as they are, or HTML (page/html.hpp).
#pragma once

#include <string>
#include <string_view>

namespace udrl {

/// What a terminal would obey, or nobody would see, is spelled out: "⟨U+001B⟩" for control characters (line breaks and
/// tabs apart), bidi controls and invisible marks. Joiners stay: emoji are made of them. All else is as it was.
std::string shown(std::string_view text);

}  // namespace udrl

// What scripts of pages share. Not for: text in markup (html.hpp).
#pragma once

#include <string_view>

namespace udrl::page {

/// The function `visible(text)`, to stand after a script: a function may be called above where it stands, and
/// 'use strict' counts at the beginning alone.
inline constexpr std::string_view visible_script = R"js(
/** Control characters, bidi controls and characters that nothing shows could make a text look like another one: they
 *  are spelt out. */
function visible(text) {
  const hidden = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
  return String(text).replace(hidden, (c) => `⟨U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}
)js";

}  // namespace udrl::page

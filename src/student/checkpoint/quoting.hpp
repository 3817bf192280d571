// Text from data as it may stand in a shell line, in Markdown, in a Python program or in YAML without meaning anything
// there. Not for: HTML (page/html.hpp), CSV (data/csv.hpp).
#pragma once

#include <string>

#include "udrl/base/shell_quoted.hpp"

namespace udrl::student {

/// A string of JSON, which Python reads as the same string, and YAML too: "a \"b\"".
std::string json_quoted(const std::string& text);
/// A value of YAML: as it is where it can be, else a string of JSON.
std::string yaml_word(const std::string& text);
/// Text in Markdown that is neither markup nor HTML, in a cell of a table too; on one line.
std::string markdown_text(const std::string& text);
/// The same, set as code.
std::string markdown_code(const std::string& text);
/// The text that `markdown_text` was given.
std::string from_markdown_text(const std::string& markdown);

}  // namespace udrl::student

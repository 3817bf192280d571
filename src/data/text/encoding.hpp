// What is not UTF-8, and how it is made so. For the data room only. Not for: normal forms (normalise.cpp).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "udrl/base/error.hpp"

namespace udrl::data {

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// What iconv calls the encoding of a file that begins so ("UTF-16LE"), by its byte order mark or by its zero bytes; ""
/// where it may be UTF-8.
std::string other_encoding(std::string_view head);
bool is_utf8(std::string_view text);

/// The error of such a file (`encoding` as above), with the command that converts it.
Error not_utf8(const std::filesystem::path& file, const std::string& encoding);
/// The encoding of most files that are no UTF-8 and say nothing.
inline constexpr const char* likely_encoding = "WINDOWS-1252";
/// "iconv -f … -t UTF-8 'mine.csv' > 'mine.utf8.csv'"
std::string iconv_command(const std::filesystem::path& file, const std::string& encoding);

}  // namespace udrl::data

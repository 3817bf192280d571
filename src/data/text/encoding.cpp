// Encodings by the first bytes of a file. Not for: code points (utf8.cpp).
#include "encoding.hpp"

#include "udrl/base/shell_quoted.hpp"

#include "utf8.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

/// Which of the first four bytes are zero: what ASCII looks like in wider encodings.
std::string by_zero_bytes(std::string_view head) {
  if (head.size() < 4) return "";
  unsigned zero = 0;
  for (std::size_t i = 0; i < 4; ++i) zero = zero << 1U | (head[i] == '\0' ? 1U : 0U);
  if (zero == 0b0101) return "UTF-16LE";
  if (zero == 0b1010) return "UTF-16BE";
  if (zero == 0b0111) return "UTF-32LE";
  if (zero == 0b1110) return "UTF-32BE";
  return "";
}

}  // namespace

std::string other_encoding(std::string_view head) {
  if (head.starts_with("\xFF\xFE\0\0"sv) || head.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  if (head.starts_with("\xFF\xFE"sv) || head.starts_with("\xFE\xFF"sv)) return "UTF-16";
  return by_zero_bytes(head);
}

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (decode_utf8(text, at) == replacement && text.substr(begin, at - begin) != "\xEF\xBF\xBD") return false;
  }
  return true;
}

std::string iconv_command(const fs::path& file, const std::string& encoding) {
  fs::path to = file;
  to.replace_extension(".utf8" + file.extension().string());
  return "iconv -f " + encoding + " -t UTF-8 " + shell_quoted(file.string()) + " > " + shell_quoted(to.string());
}

Error not_utf8(const fs::path& file, const std::string& encoding) {
  return user_error("the file is not UTF-8")
      .at(file.string())
      .got("what looks like " + encoding)
      .hint("convert it: " + iconv_command(file, encoding));
}

}  // namespace udrl::data

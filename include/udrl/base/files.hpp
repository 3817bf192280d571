// Files written whole or not at all, or by whole lines, and read with errors that name them. Not for: JSONL shards
// (data/shards.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <string_view>

#include "udrl/base/error.hpp"

namespace udrl {

/// The error of a failed system call on `file`: "cannot write the file: the disk is full", with the cure.
/// `error_number` is errno. A path that the user can put right is the user's mistake, a broken or full disk is a
/// failure.
Error file_error(const std::string& what, const std::filesystem::path& file, int error_number);

/// What is read whole has no more: JSON, TOML, tokenizers, pages. The largest that are known, tokenizers of 260,000
/// pieces, have half of it; parsed, JSON takes up to forty times its bytes.
inline constexpr std::size_t longest_document_mib = 64;

/// The content of a document. Throws `Error` (user) that names the file and says why it cannot be read, or that it is
/// too long.
std::string read_file(const std::filesystem::path& file);
/// The same of any length: weights, which are passed on and not parsed.
std::string read_weights(const std::filesystem::path& file);
/// The error of a document that is too long, for those who read one in another way.
Error document_too_long(const std::filesystem::path& file);
/// Throws it where the size of the file says so, before anything is read. That of a pipe, or unpacked, is not known.
void check_document_length(const std::filesystem::path& file);
/// Writes a temporary file beside `file`, flushes it to the disk and renames it. A full disk leaves the old file as it
/// was. A device or pipe (/dev/stdout) is written to as it is.
void write_file_atomic(const std::filesystem::path& file, std::string_view content);
/// The same for content that `write` streams; throws if the stream fails.
void write_file_atomic(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);
/// The same; `prove` is given the file before it has its name, and throws where it must not get it.
void write_file_atomic(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write,
                       const std::function<void(const std::filesystem::path&)>& prove);
/// The same for content that `make` writes to the path that it is given, a temporary file that is there and empty.
void make_file_atomic(const std::filesystem::path& file, const std::function<void(const std::filesystem::path&)>& make);
/// Adds a line, whole or not at all, and waits until it is on the disk. A torn last line that something else left is
/// ended first, so that the two stay apart. Processes that do so at once go one by one.
void append_line(const std::filesystem::path& file, std::string_view line);
/// Removes what killed processes left of files in the making (drafts, of any name) in a folder; not those that a living
/// one writes. What cannot be removed stays.
void remove_left_drafts(const std::filesystem::path& folder);
/// Creates folder and parents; a clear error where that cannot be done.
void make_folder(const std::filesystem::path& folder);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);
std::string sha256_file(const std::filesystem::path& file);
/// The first 128 bits of SHA-256 over the fields joined by U+001F: 32 hexadecimal digits. The id of a record.
std::string content_id(std::initializer_list<std::string_view> fields);
/// The first 64 bits of an id, for hash tables and orders; of a shorter text, as many as its hexadecimal digits give.
std::uint64_t leading_bits(std::string_view id);

}  // namespace udrl

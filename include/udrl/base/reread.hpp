// Inputs that give their bytes once, read as often as is wanted. Not for: input that is answered while it comes
// (TextLines::live of the data room).
#pragma once

#include <cstdint>
#include <filesystem>

namespace udrl {

/// What comes through a pipe has no more, as it is kept on the disk of the temporary folder; a file may have any
/// length.
inline constexpr std::uint64_t most_piped_bytes = std::uint64_t{8} << 30U;

/// A path under which `file` can be read as often as is wanted. Of a pipe or a terminal it is that of a copy without a
/// name, made the first time and kept as long as the process runs; of all others it is `file`. All that reads inputs
/// opens them so: errors go on to name `file`. Throws `Error` (user) where more than `most_bytes` come.
std::filesystem::path rereadable(const std::filesystem::path& file, std::uint64_t most_bytes = most_piped_bytes);
/// The same of a document: throws `document_too_long` (files.hpp) before more of it is kept than one may have.
std::filesystem::path rereadable_document(const std::filesystem::path& file);

}  // namespace udrl

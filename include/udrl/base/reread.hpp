// Inputs that give their bytes once, read as often as is wanted. Not for: input that is answered while it comes
// (TextLines::live of the data room).
#pragma once

#include <filesystem>

namespace udrl {

/// A path under which `file` can be read as often as is wanted. Of a pipe or a terminal it is that of a copy without a
/// name, made the first time and kept as long as the process runs; of all others it is `file`. All that reads inputs
/// opens them so: errors go on to name `file`.
std::filesystem::path rereadable(const std::filesystem::path& file);

}  // namespace udrl

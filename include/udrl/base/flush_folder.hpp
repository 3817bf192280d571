// Names that survive a power cut. Not for: what files hold (files.hpp).
#pragma once

#include <filesystem>

namespace udrl {

/// Waits until what was made, renamed or removed in a folder is on the disk, where the file system can tell. Throws
/// `Error` (failure) where the disk fails.
void flush_folder(const std::filesystem::path& folder);

}  // namespace udrl

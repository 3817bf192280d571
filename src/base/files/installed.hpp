// Data that is installed with the tools, where the current folder is not a checkout. Not for: paths that a user named.
#pragma once

#include <filesystem>

namespace udrl::detail {

/// PREFIX/share/udrl, of the PREFIX whose bin/ holds this program; it need not be there. cmake/Install.cmake fills it.
std::filesystem::path installed_folder();

/// `path` as it is, unless it is relative, there is none, and `folder` has one.
std::filesystem::path here_or_installed(const std::filesystem::path& path, const std::filesystem::path& folder);

}  // namespace udrl::detail

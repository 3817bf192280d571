// A relative path, looked for in two places.
#include "installed.hpp"

#include <system_error>

namespace udrl::detail {

namespace fs = std::filesystem;

fs::path installed_folder() {
  std::error_code none;
  return (fs::read_symlink("/proc/self/exe", none).parent_path() / UDRL_SHARE_FROM_BIN).lexically_normal();
}

fs::path here_or_installed(const fs::path& path, const fs::path& folder) {
  std::error_code none;
  if (path.empty() || path.is_absolute() || fs::exists(path, none)) return path;
  const fs::path installed = folder / path;
  return fs::exists(installed, none) ? installed : path;
}

}  // namespace udrl::detail

// The temporary file that becomes a file once it is whole. Internal.
#pragma once

#include <filesystem>

#include "udrl/base/descriptor.hpp"

namespace udrl {

struct Draft {
  std::filesystem::path path;
  Descriptor fd;  ///< open for writing, and locked
};

/// A new, empty file beside `target`. What killed processes left of earlier drafts of `target` is removed: nobody holds
/// its lock any more, so the draft has to be renamed before it is closed. Where none can be made, `fd` is -1 and errno
/// says why.
Draft open_draft(const std::filesystem::path& target);

}  // namespace udrl

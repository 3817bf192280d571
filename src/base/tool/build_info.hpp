// What the build knows of itself. Internal.
#pragma once

#include <string>

namespace udrl {

/// "GNU 12.2.0, Release"
std::string compiler_description();

}  // namespace udrl

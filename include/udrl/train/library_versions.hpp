// What --version says of LibTorch.
#pragma once

#include <string>

namespace udrl::train {

/// "LibTorch 2.13.0, for this processor AVX512; MKL …; oneDNN …; OpenMP …", on one line.
std::string torch_version();

}  // namespace udrl::train

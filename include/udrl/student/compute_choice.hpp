// What a user can say about where and by what is computed. Not for: what that comes to on this machine (gemm.hpp).
#pragma once

#include "udrl/base/enum_names.hpp"

namespace udrl::student {

/// automatic: CUDA where there is one.
enum class Device { automatic, cpu, cuda };
constexpr auto names_of(Device) { return enum_names("auto", "cpu", "cuda"); }

/// The library that multiplies float32 on processors. automatic: the faster for each product, as timed.
enum class GemmChoice { automatic, mkl, onednn };
constexpr auto names_of(GemmChoice) { return enum_names("auto", "mkl", "onednn"); }

}  // namespace udrl::student

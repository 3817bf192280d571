// at::parallel_for, which is in LibTorch's headers: compiled without OpenMP it runs on one thread, and says nothing.
// Internal. Not for: clang, whose OpenMP is another library than LibTorch's: there these loops have one thread.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>

#if !defined(INTRA_OP_PARALLEL) && !defined(__clang__)
#error "compile with LibTorch_OPENMP (cmake/FindLibTorch.cmake): without it our own loops have one thread"
#endif

namespace udrl::student {

/// How many of something are worth a thread, of so many values each: to begin and to end a loop of several threads
/// takes as long as some ten thousand values.
inline std::int64_t worth_a_thread(std::int64_t values_of_one) {
  constexpr std::int64_t least_values = 1 << 14;
  return std::max<std::int64_t>(1, least_values / std::max<std::int64_t>(1, values_of_one));
}

}  // namespace udrl::student

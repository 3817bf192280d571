// at::parallel_for, which is in LibTorch's headers: compiled without OpenMP it runs on one thread, and says nothing.
// Internal. Not for: clang, whose OpenMP is another library than LibTorch's: there these loops have one thread.
#pragma once

#include <ATen/Parallel.h>

#if !defined(INTRA_OP_PARALLEL) && !defined(__clang__)
#error "compile with LibTorch_OPENMP (cmake/FindLibTorch.cmake): without it our own loops have one thread"
#endif

// Settings of the allocators of glibc and of LibTorch.
#include "memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>

#include <limits>
#endif

namespace udrl::train {

void keep_freed_memory() {
#ifdef __GLIBC__
  // Not by the threshold of mmap, which glibc keeps below 32 MiB.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
  ::setenv("THP_MEM_ALLOC_ENABLE", "1", /*overwrite=*/0);
}

}  // namespace udrl::train

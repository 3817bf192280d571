// How this process's memory is had from the system. Internal.
#pragma once

namespace udrl::train {

/// Keeps what is freed for what is allocated next, in huge pages where the system has them: a training step frees and
/// allocates its hundreds of megabytes over and over, and at 100M parameters a sixth of it went into new pages. To be
/// called before LibTorch's first allocation; what the user has set (THP_MEM_ALLOC_ENABLE) stays.
void keep_freed_memory();

}  // namespace udrl::train

// Whether what was printed has arrived. Internal.
#pragma once

namespace udrl {

/// Where standard input, output or error is closed, its number is taken, so that no file of data gets it. Call it
/// before any file is opened.
void keep_standard_streams();

/// Sends what std::cout and stdio still hold. Throws `Error` (failure) where that, or any write before, has failed; not
/// where the reader left (`| head`).
void flush_standard_output();

}  // namespace udrl

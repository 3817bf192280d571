// Whether what was printed has arrived. Not for: notes and progress (observer.hpp).
#pragma once

#include <string_view>

namespace udrl {

/// Where standard input, output or error is closed, its number is taken, so that no file of data gets it. Call it
/// before any file is opened.
void keep_standard_streams();

/// Sends what std::cout and stdio still hold. Throws `Error` (failure) where that, or any write before, has failed; not
/// where the reader left (`| head`).
void flush_standard_output();

/// Prints a line at once. False where the reader has left: nobody waits for what would follow. Throws as
/// `flush_standard_output`.
bool print_line(std::string_view line);

}  // namespace udrl

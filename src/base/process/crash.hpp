// The last words of a program that dies of a fault of its own. Not for: stop requests (process.hpp), or errors
// (error.hpp).
#pragma once

#include <string>

namespace udrl {

/// From now on, SIGILL, SIGSEGV, SIGBUS, SIGFPE and SIGABRT are told in one line on standard error before they take
/// their default action: the shell sees 128 and the signal's number, and a core is dumped where the system wants one.
/// The line says what died of what (`program`: "udrl-distill tag"), that what was written is kept, and how to report
/// it. A signal that someone handles or ignores already (a sanitizer, a test) is left alone. Calling it again changes
/// the name; not while other threads run. A stack that overflows in another thread than this one ends without the line.
void install_crash_handler(const std::string& program);

}  // namespace udrl

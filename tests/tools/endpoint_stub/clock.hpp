// The clock by which the stub waits and limits. Not for: the time of day.
#pragma once

#include <chrono>

namespace udrl::stub {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

}  // namespace udrl::stub

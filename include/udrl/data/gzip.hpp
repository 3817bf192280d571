// Bytes in memory as gzip. Not for: shards, which are packed line by line (shards.hpp).
#pragma once

#include <string>
#include <string_view>

namespace udrl::data {

/// The same bytes give the same result: without a time or a name.
std::string gzipped(std::string_view bytes);

}  // namespace udrl::data

// Names that stand in files, shell lines and templates. Not for: tasks, whose names are anybody's.
#pragma once

#include <algorithm>
#include <string_view>

namespace udrl::command {

/// Small letters, digits and _, one at least.
inline bool is_plain_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace udrl::command

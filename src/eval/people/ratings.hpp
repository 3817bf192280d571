// What people rated: files read and checked against the sheet. Not for: what it comes to (opinion.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sheet.hpp"

namespace udrl::eval {

enum class Choice { a, b, tie };

struct Rating {
  std::string rater;
  std::size_t pair = 0;  ///< index into `Sheet::pairs`
  Choice choice = Choice::tie;
};

/// Tables with columns `id` and `rating` (A, B or tie; 1, 2 or 3; empty: not rated), and `rater`, which is the file's
/// name where it is left out. Throws `Error` (user) with file and line: an id that the sheet has not, that is of
/// another sheet or stands twice for a rater, a rating that is none. Without any rating it throws too.
std::vector<Rating> read_ratings(const std::vector<std::string>& files, const Sheet& sheet);

}  // namespace udrl::eval

// How often a test set was opened, and for how many students: whoever looks often enough finds a lucky one.
// Not for: the figures themselves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace udrl::eval {

struct Openings {
  std::uint64_t times = 0;
  std::uint64_t students = 0;  ///< different ones
};

/// Adds a line {students, test} to `test_openings.jsonl` in `folder`, which is on the disk when this returns, and
/// counts the lines of the same test set. A torn or foreign line counts as an opening, and what is added does not
/// become part of it. Throws `Error` if the ledger cannot be written.
Openings record_opening(const std::filesystem::path& folder, const std::vector<std::string>& student_sha256s,
                        const std::string& test_sha256);

/// Where openings are counted: with the tagged data, so that all evaluations of them are; where these cannot be
/// written, with the evaluation's own output, which counts its own alone.
std::filesystem::path ledger_folder(const std::filesystem::path& tagged, const std::filesystem::path& out);

}  // namespace udrl::eval

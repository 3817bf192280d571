// A blind rating sheet: which pairs people are shown, on which sides, and the key that says whose answers they are.
// Not for: how the sheet looks (sheet_files.hpp), or what comes back (ratings.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measure/finished.hpp"
#include "udrl/base/enum_names.hpp"

namespace udrl::eval {

/// Who wrote one of the two answers. A check has the reference's answer and that of the `shuffled` control.
enum class Author { student, reference, shuffled };
constexpr auto names_of(Author) { return enum_names("student", "reference", "shuffled"); }

/// The answers to a case that pairs can be made of.
struct CaseAnswers {
  std::string case_id, task, subject, intent;
  std::string student, reference, shuffled;
  bool reference_is_valid = false;
};

struct SheetPair {
  std::string id;  ///< names the sheet too: "p3fa9c1d-007"
  std::string case_id, task, subject, intent;
  std::string texts[2];  ///< A, B
  Author authors[2] = {Author::student, Author::reference};

  /// Whether its right side is known.
  bool is_check() const { return authors[0] == Author::shuffled || authors[1] == Author::shuffled; }
  bool operator==(const SheetPair&) const = default;
};

struct Sheet {
  std::string hash;                ///< of all that raters see
  std::string student, reference;  ///< names of the rows
  std::uint64_t seed = 1;
  std::vector<SheetPair> pairs;
};

struct SheetOptions {
  std::size_t pairs = 100;  ///< besides them a tenth of checks
  std::uint64_t seed = 1;
};

/// The cases of the main part, with the answers of the primary row and its reference.
std::vector<CaseAnswers> read_case_answers(const FinishedRun& run);

/// Pairs spread over tasks and subjects; a function of the cases and the options alone. Two answers that are the same
/// make no pair. Checks are of other cases as far as there are any. Throws `Error` (user) where there are fewer cases
/// than pairs.
Sheet make_sheet(const std::vector<CaseAnswers>& cases, const SheetOptions& options);

/// key.json: all but the texts, of which it has hashes.
data::Json key_json(const Sheet& sheet);
/// The sheet that a key is of, its texts taken from the evaluation. Throws `Error` (user) where the key is none, or the
/// evaluation has other answers by now.
Sheet sheet_from_key(const std::filesystem::path& key, const FinishedRun& run);

}  // namespace udrl::eval

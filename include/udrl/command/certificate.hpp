// The steering certificate of a student (steering.json): what came for what was asked, and what else moved, measured on
// intents that training never saw. Whoever asks a student reads from it what to ask for. Not for: measuring it
// (eval/certify.hpp), or what may be asked at all (fitted.hpp).
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "udrl/score/statistics.hpp"

namespace udrl::command {

/// What came where one thing was asked.
struct SteeringPoint {
  double asked = 0;
  score::Estimate got{};  ///< mean
  std::size_t answers = 0;
};

/// A command that was asked at several values while everything else stayed, and one thing that was measured then.
struct SteeringCurve {
  std::string command;                 ///< "return" (its bins, as shares: 0.1 … 0.9 of five), "words"
  std::string task;                    ///< "": over all tasks
  std::string measure;                 ///< "return", "words", or "fidelity by SCORER", "elaboration by SCORER"
  std::vector<SteeringPoint> points;   ///< by what was asked
  score::Estimate gain{};              ///< slope of got on asked within an intent: 1 obeys, 0 does not listen
  score::Estimate offset{};            ///< mean of got less asked; undefined where the two have different units
  score::Estimate rank_correlation{};  ///< Spearman's, over answers
};

/// What else changes when one command alone goes from its lowest to its highest value.
struct SideEffect {
  std::string command, measure;
  score::Estimate change{};
};

/// When only the task is asked for: do answers look like the task's own?
struct TaskStyle {
  std::string task;
  std::size_t answers = 0;
  double like_own = 0;            ///< share of its answers that look most like training answers of that task
  double training_like_own = 0;   ///< the same share of other training answers
  std::string most_mistaken_for;  ///< the other task that most of the rest look like; "" where there is none
};

/// Which lengths the data supports for a return of a task: from the shortest to the longest (there may be gaps).
struct SupportedRegion {
  std::string task;
  int bin = 0;
  int shortest = 0, longest = 0;  ///< words; 0: none
};

struct Certificate {
  std::string student;  ///< SHA-256 of its student.gguf
  std::string split;    ///< that the intents were of
  std::size_t intents = 0, subjects = 0;
  double temperature = 0;
  std::vector<SteeringCurve> curves;
  std::vector<SideEffect> side_effects;
  std::vector<TaskStyle> styles;
  std::vector<SupportedRegion> supported;  ///< by task, from the lowest return to the highest

  /// Null where there is none.
  const SteeringCurve* curve(const std::string& command, const std::string& measure, const std::string& task) const;
  /// The words to ask for so that `wanted` come: the inverse of the task's measured curve (made monotone), within the
  /// lengths that were measured. Nothing where they were not.
  std::optional<int> words_to_ask(const std::string& task, int wanted) const;
};

namespace files {
inline constexpr const char* certificate = "steering.json";  ///< beside the student
}

void save(const Certificate& certificate, const std::filesystem::path& file);
/// Throws `Error` (user): damaged, or of another version.
Certificate load_certificate(const std::filesystem::path& file);
/// Of a checkpoint folder; nothing where it has none, or where it was measured on another student.gguf.
std::optional<Certificate> certificate_of(const std::filesystem::path& folder, const std::string& student_sha256);

}  // namespace udrl::command

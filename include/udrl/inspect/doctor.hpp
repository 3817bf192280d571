// Stage "doctor": is this data worth training on? What its scorers can tell, what of that is noise, length or copying,
// and what a student can at best gain. Not for: a trained student (eval), or making scores (score.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/distill/scorers.hpp"

namespace udrl::inspect {

/// Scorers are needed to score answers against other intents; one without its model has no gate.
struct DoctorOptions : distill::ScorerNeeds {
  std::vector<std::string> input;  ///< scored folders, pooled
  std::filesystem::path out;
  std::vector<std::string> scorers;  ///< values to examine; empty: all in every record that judge (score/kinds.hpp)
  int intents = 2000;                ///< (intent, task) groups read, and as many deep ones besides
  int deep_draws = 16;               ///< what makes a group deep
  int pairs = 200;                   ///< answers a task scored again, each against two or three other intents
  int bins = 5;
  int resamples = 1000;  ///< of the bootstrap over subjects, and shuffles of the test against chance
  std::uint64_t seed = 1;
  bool skip_bad = false;
};

void declare(OptionSet& set, DoctorOptions& options);

enum class Finding { pass, fail, unknown };
std::string to_string(Finding finding);

/// One question, its answer, and what to do.
struct Check {
  std::string question;  ///< "true against shuffled intents"
  std::string scorer;    ///< overall: the one that stands best
  Finding finding = Finding::unknown;
  std::string reason, cure;
};

struct DoctorResult {
  data::Manifest manifest;
  Check overall;
  std::vector<Check> checks;
};

/// Writes doctor.json (every figure) and doctor.html (to read). Complete already: reads them back.
DoctorResult examine(const DoctorOptions& options, const RunContext& context);
/// The same with models that are open.
DoctorResult examine(const DoctorOptions& options, const score::Models& models, const RunContext& context);
/// The verdict first, then a line a check, then what to do.
std::string to_text(const DoctorResult& result);

}  // namespace udrl::inspect

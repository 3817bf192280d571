// Stage "doctor": is this data worth training on? What its scorers can tell, what of that is noise, length or copying,
// and what a student can at best gain. Not for: a trained student (eval), or making scores (score.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/enum_names.hpp"
#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/distill/scorer_options.hpp"
#include "udrl/inspect/doctor_options.hpp"

namespace udrl::inspect {

/// Scorers are needed to score answers against other intents; one without its model has no gate.
enum class Finding { pass, fail, unknown };
constexpr auto names_of(Finding) { return enum_names("PASS", "FAIL", "UNKNOWN"); }

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

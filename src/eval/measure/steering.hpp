// Is the return that was asked for the return that came? An answer's real return, made of the label scorers' values as
// `tag` made it, and its place among the teacher's draws for the same intent. Not for: words (measure.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "measure.hpp"
#include "scoring.hpp"
#include "udrl/command/fitted.hpp"

namespace udrl::eval {

/// Fills `achieved` of the valid answers of students' rows. `splits` are folders of tagged records, one a part of the
/// set: the draws. An intent of fewer than five draws, or a global return, is placed in the whole of the training
/// split's returns instead. Returns why it cannot be done ("" where it was): a value that the return is made of and
/// that no label scorer here gives.
std::string add_achieved(std::vector<MeasuredRow>& rows, const CaseSet& set, const command::Fitted& fitted,
                         const std::vector<ScorerInfo>& scorers, const std::vector<std::filesystem::path>& splits);

/// 0 … bins-1.
int bin_of_percentile(double percentile, int bins);

}  // namespace udrl::eval

// Stage "answer": a trained student answers intents under commands. For: the loop (score its answers, pool them with
// the teacher's, tag again, train on), and for trials on `valid`. Not for: one question (udrl-generate), or a verdict
// (udrl-eval).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/distill/answer_options.hpp"

namespace udrl::distill {

/// Appends one record an answer to `out`, with `asked` {return, words} added (null: any); what is there already is not
/// asked again. A return that the data does not support with the words drawn is lowered or raised to one that it does.
/// Validity, outcomes and stopping are as in `synthesize`.
data::Manifest answer_intents(const AnswerOptions& options, const RunContext& context);

}  // namespace udrl::distill

// Intents made from lists: a subject with a format, an occasion and a style, phrased as people type. Not for: a user's
// own list (sources.hpp).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "udrl/data/record.hpp"
#include "udrl/distill/intents_options.hpp"

namespace udrl::distill {

using TakeIntent = std::function<void(data::Intent)>;

/// Gives `per_subject` different intents of each subject, those of one subject a function of (seed, subject). Throws
/// `Error` (user): a malformed row (file, line, why), an empty list, no phrasing for what was drawn.
void intents_from_lists(const IntentsOptions& options, const TakeIntent& take);
/// SHA-256 of each list that was read.
std::map<std::string, std::string> hash_lists(const IntentsOptions& options);

}  // namespace udrl::distill

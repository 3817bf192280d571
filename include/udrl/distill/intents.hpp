// Stage "intents": short, plausible user intents from lists of subjects, formats, occasions, styles and phrasings, or a
// user's own list, and intents that a teacher invents; filtered, each once, in a fair order. Not for: asking the
// teacher for answers (synthesize.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/options.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/near_duplicates.hpp"
#include "udrl/distill/intents_options.hpp"
#include "udrl/lm/options.hpp"

namespace udrl::distill {

/// The name of the first rule that a normalised intent breaks, or "": `empty`, `too_long` (more words, or more than 24
/// characters for each of them), `language` (letters outside
/// Latin script), `no_words`, `markup`, `chat` (a sentence to the model: "Can you write …", "Ignore the above …").
std::string broken_intent_rule(std::string_view intent, int most_words);

/// Writes the intents, each once, in an order that is a function of the seed and the texts, so that any leading part is
/// a fair sample. Memory stays flat but for a few bytes a line: a million lines take less than 200 MB. Counts:
/// `intents`, `duplicates`, `near_duplicates`, `same_meaning`, `invented` (candidates), and each rule of
/// `broken_intent_rule`. What a teacher invented is kept in `out`/invented, so that a stopped run goes on. Throws
/// `Error` (user) where a list is malformed (file, line, why), and where no intent is left.
data::Manifest make_intents(const IntentsOptions& options, const RunContext& context);

}  // namespace udrl::distill

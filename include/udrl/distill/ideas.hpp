// The ideas stage: a table of words that fit requests, out of tagged answers and a sentence embedder
// (student/ideas.hpp). Held-out records are not read; of subjects that no record has, the nouns' words are known.
// Not for: proposing words.
#pragma once

#include "udrl/base/tool.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/distill/ideas_options.hpp"

namespace udrl::distill {

/// Throws `Error`: user, where there is nothing to read, or the folder was made with other settings; stopped, after
/// which the same command begins anew, for it takes a minute.
data::Manifest make_ideas(const IdeasOptions& options, const RunContext& context);

}  // namespace udrl::distill

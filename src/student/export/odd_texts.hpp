// Texts that tokenizers disagree about, as many as are wanted: the vocabulary's own pieces in any order, Unicode of
// many scripts, combining marks, emoji, odd white space, spellings of commands and bytes. Seeded, so the same each
// time.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "udrl/student/tokenizer.hpp"

namespace udrl::student {

/// Valid UTF-8, not normalised.
std::vector<std::string> odd_texts(const Tokenizer& tokenizer, std::size_t count, std::uint64_t seed);

}  // namespace udrl::student

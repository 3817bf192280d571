// The student's tokenizer as other programs read it: tokenizer.json and tokenizer_config.json for `transformers`.
// Not for: GGUF (gguf_export.hpp), tokenizer.model, which is the tokenizer itself.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "udrl/student/tokenizer.hpp"

namespace udrl::student {

/// All pairs of pieces that join into a piece, in the order in which a BPE applies them: by the score of the whole,
/// then by the length of the left part.
std::vector<std::pair<std::string, std::string>> merges_of(const Tokenizer& tokenizer);

/// tokenizer.json: a BPE with byte fallback that gives the ids of sentencepiece, ⟨s⟩ put first.
std::string tokenizer_json(const Tokenizer& tokenizer);
/// tokenizer_config.json. The class is named, for without one AutoTokenizer silently takes GPT-2's byte-level one.
/// Batches are padded and cut on the left.
std::string tokenizer_config_json(const Tokenizer& tokenizer, int n_positions, const std::string& chat_template);

}  // namespace udrl::student

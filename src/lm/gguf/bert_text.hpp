// What BERT's tokenizer does to a text and llama.cpp's does not. Not for: lower case, accents, punctuation (llama.cpp
// does those).
#pragma once

#include <string>
#include <string_view>

namespace udrl::lm {

/// Hangul syllables are taken apart into their letters (canonical decomposition), and words of more than 100 characters
/// become a letter that no vocabulary knows, so that they are the unknown token, as in Hugging Face's tokenizer.
std::string bert_text(std::string_view text);

}  // namespace udrl::lm

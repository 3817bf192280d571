// How a student reads and writes answers, which is not quite how people do. A word that is spelt in two ways shares no
// piece of the vocabulary with itself, and to learn that both are one word is dear for a small model: it could not
// carry the words of an unseen request over. Not for: commands and the order of a sequence (schema.hpp).
#pragma once

#include <string>
#include <string_view>

namespace udrl::command {

/// Of the texts that a sequence is made of: to be raised when any of them is made otherwise, for tokens are kept.
inline constexpr int sequence_version = 2;

/// Whether an answer is JSON, by how it begins.
bool is_json(std::string_view answer);

/// An answer as the student writes it: it begins in lower case, as the requests do ("DIY day" and "3D render" stay),
/// and, where it is JSON, a space stands before each text that is a value, as before every other word:
/// {"subject": " holiday sale"}. Beginnings of answers too.
std::string as_written(std::string_view answer);
/// The same as people read it; also of what is not whole yet.
std::string as_shown(std::string_view written);

/// A text as it stands in a sequence: with one leading space.
std::string sequence_text(std::string_view text);

/// Whether a piece of a text, as the student writes it, holds no word: the quote that opens a value, alone or behind a
/// bracket.
bool is_quote_alone(std::string_view word);

}  // namespace udrl::command

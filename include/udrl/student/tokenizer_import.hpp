// A student's tokenizer from a folder that `transformers` saved again, which keeps tokenizer.json and drops
// tokenizer.model. Not for: other tokenizers (vocabulary_transfer.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "udrl/student/tokenizer.hpp"

namespace udrl::student {

/// The bytes of a tokenizer.model with the pieces of a tokenizer.json that tokenizer_json() once wrote. Throws `Error`
/// (user) where it was changed since, so that it would cut texts in another way. `where` names it.
std::string tokenizer_model_from_json(std::string_view json, const std::string& where);

/// The folder's tokenizer where it is a student's: tokenizer.model, else tokenizer.json. Nothing where it is another's.
std::optional<Tokenizer> student_tokenizer(const std::filesystem::path& folder);

}  // namespace udrl::student

// Which values judge an answer, and which of them are related: the one place that knows values by name. Not for: making
// values (scorer.hpp).
#pragma once

#include <string>

namespace udrl::score {

/// True for values that say how good an answer is; false for what describes it (copying, repetition, length). A name
/// that is not known here judges.
bool is_quality(const std::string& value);

/// Values of one family come from one model or one way of looking, so that their agreement proves little: relevance,
/// relevance_masked and retrieval embed, judge and serves ask; any other name is of the family of its stem
/// ("pmi_masked", "pmi_qwen": pmi).
std::string family_of(const std::string& value);

/// The scorer that gives a value, also where a suffix keeps two models' values apart ("relevance_e5": relevance); "" if
/// there is none.
std::string scorer_of_value(const std::string& value);

/// True for values of a scorer that masks its intent's words in the answer.
bool masks(const std::string& value);
/// The value of the scorer that does the same with its intent's words masked: "pmi" → "pmi_masked".
inline std::string masked_form(const std::string& value) { return value + "_masked"; }
/// "pmi_masked" → "pmi", "pmi" → "pmi".
std::string unmasked_form(const std::string& value);
/// Whether some scorer gives that.
bool has_masked_form(const std::string& value);
/// False for values that compare an answer with several intents or none: another intent gives them no meaning.
bool sees_one_intent(const std::string& value);

inline bool independent(const std::string& a, const std::string& b) { return family_of(a) != family_of(b); }

}  // namespace udrl::score

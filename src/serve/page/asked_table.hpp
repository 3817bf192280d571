// Everything that a page may ask of a student, resolved beforehand: so that the rules of what is supported stay in one
// place, and a page without a server looks them up. Internal.
#pragma once

#include "udrl/data/fields.hpp"
#include "udrl/inference/student_model.hpp"

namespace udrl::serve {

/// {TASK: {WORDS: {RETURN: {"pieces", "return", "auxiliary", "words_asked", "max_tokens", "least_room", "note"}}}} for
/// each supported task, words "auto", "any" and "1" to "80", returns "top", `top_of_all`, "lowest", "any" and "0" on.
/// Where the data does not support it, it is the nearest that it does; `note` says so, and is left out where there is
/// nothing to say.
data::OrderedJson asked_table(const inference::StudentModel& student);

}  // namespace udrl::serve

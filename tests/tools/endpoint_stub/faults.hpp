// What is sent for a request by its fate: an answer, or what a bad endpoint makes of it. Not for: when (chance.hpp).
#pragma once

#include "answers.hpp"
#include "chance.hpp"
#include "replies.hpp"

namespace udrl::stub {

Reply reply_of(const Answer& answer, const Fate& fate);

}  // namespace udrl::stub
